-- In which retrains outcomes were shown: how many outcomes share the first, the last, and the number of retrains.
SELECT model, first_retrain, last_retrain, retrains, count(*) AS outcomes
FROM (
    SELECT model, item_id, min(retrain) AS first_retrain, max(retrain) AS last_retrain, count(*) AS retrains
    FROM outcomes
    WHERE retrain IS NOT NULL
    GROUP BY model, item_id
)
GROUP BY model, first_retrain, last_retrain, retrains
