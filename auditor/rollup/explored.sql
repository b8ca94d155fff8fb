-- How many outcomes of each model's last retrain have the same count of explore rows, and whether the model's own
-- choices feed them. Outcomes with no exposure at all have no row.
SELECT
    outcomes.model,
    outcomes.explore,
    outcomes.exploit >= ended.need AS fed,
    count(*) AS outcomes
FROM outcomes
JOIN (FROM windows QUALIFY retrain = max(retrain) OVER (PARTITION BY model)) AS ended USING (model, retrain)
WHERE ended.explore > 0
GROUP BY outcomes.model, outcomes.explore, fed
