-- How many outcomes have the same counts in one retrain: everything that treats outcomes alike (Gini, effective number,
-- coverage, starvation) needs no more, and it is far smaller than the outcomes.
SELECT
    model,
    retrain,
    exploit,
    exploit_a,
    CASE WHEN {of_labels} THEN labelled ELSE exposures END AS learnable,
    count(*) AS outcomes,
    CAST(sum(clicks_outside) AS BIGINT) AS clicks_outside
FROM outcomes
WHERE retrain IS NOT NULL
GROUP BY ALL
