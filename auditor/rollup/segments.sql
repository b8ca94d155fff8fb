-- The last retrain of each model by segment: how many outcomes had the same exposures there, and how many rows of them
-- were randomised. A pass over narrow columns, asked for only where the log has segments.
WITH ends AS (SELECT model, max(retrain) AS retrain FROM retrains GROUP BY model),
shown AS (
    SELECT
        retrains.model,
        segment,
        hash(item_id) AS item,
        count(*) AS exposures,
        count(*) FILTER ({logged}) AS logged,
        count(*) FILTER ({explore} OR {holdout}) AS randomised
    FROM exposures
    JOIN retrains USING (model_id, model_version)
    JOIN ends ON retrains.model = ends.model AND retrains.retrain = ends.retrain
    WHERE segment IS NOT NULL
    GROUP BY retrains.model, segment, item
)
SELECT
    model,
    segment,
    exposures,
    count(*) AS outcomes,
    CAST(sum(logged) AS BIGINT) AS logged,
    CAST(sum(randomised) AS BIGINT) AS randomised
FROM shown
GROUP BY model, segment, exposures
