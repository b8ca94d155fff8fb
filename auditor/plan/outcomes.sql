-- Every outcome that the planned models ({models}) may choose from now on: what it got from the model's own choices in
-- the last retrain, and from all in the whole log. Exposures count where they were labelled if feedback is a label
-- (`own`, `tries`); an outcome that never is cannot be fed by showing it.
WITH ends AS (
    SELECT model, max(last_at) AS ended_at
    FROM retrains
    WHERE retrain IS NOT NULL AND model IN ({models})
    GROUP BY model, retrain
    QUALIFY retrain = max(retrain) OVER (PARTITION BY model)
),
histories AS (
    SELECT
        model,
        item,
        bool_or(coalesce(labels, FALSE)) AS labels,
        CAST(sum(exposures) AS BIGINT) AS exposures,
        CAST(sum(CASE WHEN labels THEN labelled ELSE exposures END) AS BIGINT) AS tries,
        CAST(sum(clicks) AS BIGINT) AS clicks,
        CAST(
            sum(CASE WHEN labels THEN labelled * exploit / exposures ELSE exploit END) FILTER (retrain = last) AS DOUBLE
        ) AS own
    FROM outcomes
    JOIN ends USING (model)
    LEFT JOIN kinds USING (model)
    GROUP BY model, item
)
SELECT
    model,
    item,
    coalesce(exposures, 0) AS exposures,
    coalesce(tries, 0) AS tries,
    coalesce(clicks, 0) AS clicks,
    coalesce(own, 0) AS own,
    NOT coalesce(labels AND exposures >= 20 AND tries = 0, FALSE) AS feedable
FROM catalogue_outcomes
JOIN ends USING (model)
LEFT JOIN histories USING (model, item)
WHERE coalesce(available_from <= ended_at, TRUE) AND coalesce(available_to > ended_at, TRUE)
