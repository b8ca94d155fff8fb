-- How many outcomes have the same exposures in a retrain and in the one before: what is left of `pairs` without halves and
-- labels. `turned_over` ones could not be shown in both.
SELECT
    model,
    retrain,
    earlier,
    fresh OR retired AS turned_over,
    before,
    after,
    CAST(sum(outcomes) AS BIGINT) AS outcomes
FROM pairs
WHERE earlier = retrain - 1
GROUP BY model, retrain, earlier, fresh OR retired, before, after
