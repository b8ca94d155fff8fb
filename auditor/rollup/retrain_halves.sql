-- The first half of each retrain's window beside the second, of some models alone ({models}): how many outcomes the
-- model itself showed equally often in both.
WITH halved AS (
    SELECT
        retrains.model,
        retrains.retrain,
        hash(item_id) AS item,
        count(*) AS whole,
        count(*) FILTER ("timestamp" > retrains.midpoint) AS late
    FROM exposures
    JOIN retrains ON retrains.names = hash(exposures.model_id, exposures.model_version)
    WHERE retrains.retrain IS NOT NULL AND {models} AND {exploit}
    GROUP BY retrains.model, retrains.retrain, item
)
SELECT model, retrain, whole - late AS early, late, count(*) AS outcomes
FROM halved
GROUP BY model, retrain, early, late
