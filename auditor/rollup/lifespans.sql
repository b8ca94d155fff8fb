-- In which retrains outcomes were shown: how many outcomes share the first, the last, and the number of retrains.
-- `launched` are the exposures that they had in their first one, where that was five or more.
SELECT
    model,
    first_retrain,
    last_retrain,
    retrains,
    count(*) AS outcomes,
    CAST(coalesce(sum(launch) FILTER (launch >= 5), 0) AS BIGINT) AS launched
FROM (
    SELECT
        model,
        item_id,
        min(retrain) AS first_retrain,
        max(retrain) AS last_retrain,
        count(*) AS retrains,
        arg_min(exposures, retrain) AS launch
    FROM outcomes
    WHERE retrain IS NOT NULL
    GROUP BY model, item_id
)
GROUP BY model, first_retrain, last_retrain, retrains
