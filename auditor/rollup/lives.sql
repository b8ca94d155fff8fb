-- The life of each outcome of a model: the retrains that showed it, and what it got over all of them. `launch` are its
-- exposures in the first one.
SELECT
    model,
    item_id,
    min(retrain) AS first_retrain,
    max(retrain) AS last_retrain,
    count(retrain) AS retrains,
    arg_min(exposures, retrain) AS launch,
    sum(exposures) AS exposures,
    sum(labelled) AS labelled
FROM outcomes
GROUP BY model, item_id
