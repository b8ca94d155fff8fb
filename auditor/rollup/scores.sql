-- What each model predicted, on its own exposures and on explore and holdout rows (`outside`) of each retrain: how many
-- rows have a score, their sum, and their ends. `graded` is the share of its labels that are no plain yes or no (numbers
-- of classes, grades): no score of one outcome is their probability.
WITH totals AS (
    SELECT
        model_id,
        model_version,
        coalesce(({explore}) OR ({holdout}), FALSE) AS outside,
        count(*) AS shown,
        count(score) AS scored,
        sum(score) AS expected,
        min(score) AS lowest,
        max(score) AS highest
    FROM exposures
    GROUP BY model_id, model_version, outside
),
labelled AS (
    SELECT models.model, avg(CASE WHEN value < 0 OR value > events OR value <> floor(value) THEN 1 ELSE 0 END) AS graded
    FROM attributed
    JOIN (SELECT DISTINCT model, model_id FROM retrains) AS models USING (model_id)
    LEFT JOIN kinds USING (model)
    WHERE {separate} AND (labels OR label_source IS NOT NULL)
    GROUP BY models.model
)
SELECT
    model,
    retrain,
    outside,
    CAST(sum(shown) AS BIGINT) AS shown,
    CAST(sum(scored) AS BIGINT) AS scored,
    sum(expected) AS expected,
    min(lowest) AS lowest,
    max(highest) AS highest,
    coalesce(any_value(graded), 0) AS graded
FROM totals
JOIN retrains USING (model_id, model_version)
LEFT JOIN labelled USING (model)
WHERE retrain IS NOT NULL
GROUP BY model, retrain, outside
