-- In which retrains outcomes were shown: how many outcomes share the first, the last, and the number of retrains.
-- `launched` are the exposures that they had in their first one, where that was five or more; `newcomers` counts those of
-- them that were first shown after the model's first retrain.
SELECT
    model,
    first_retrain,
    last_retrain,
    retrains,
    count(*) AS outcomes,
    CAST(coalesce(sum(launch) FILTER (launch >= 5), 0) AS BIGINT) AS launched,
    count(*) FILTER (launch >= 5 AND first_retrain > 0) AS newcomers
FROM lives
WHERE retrains > 0
GROUP BY model, first_retrain, last_retrain, retrains
