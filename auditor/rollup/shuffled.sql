-- How many outcomes of each pair of retrains have the same exposures in both together: what a shuffle of the two keeps.
SELECT model, retrain, earlier, CAST(before + after AS BIGINT) AS total, CAST(sum(outcomes) AS BIGINT) AS outcomes
FROM pairs
GROUP BY model, retrain, earlier, before + after
