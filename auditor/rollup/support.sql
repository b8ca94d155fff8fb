-- What the logged propensities say of each retrain. With p the probability that the logged outcome had and K the
-- catalogue: Kish's effective sample is (sum 1/p)^2 / sum 1/p^2; the mean of min(1, 1/(K p)) is the overlap of the
-- policy with a uniform one, sum_i min(pi_i, 1/K): epsilon for epsilon-greedy, 1 for uniform, 1/K for a fixed choice.
SELECT
    retrains.model,
    retrains.retrain,
    any_value(catalogue_sizes.outcomes) AS outcomes,
    count(*) AS rows_with_propensity,
    sum(1 / propensity) AS weight,
    sum(1 / (propensity * propensity)) AS weight_squared,
    sum(least(1, 1 / (catalogue_sizes.outcomes * propensity))) AS overlap,
    sum(least(1, 1 / (catalogue_sizes.outcomes * propensity)) ** 2) AS overlap_squared,
    count(*) FILTER (propensity >= 1) AS certain
FROM exposures
JOIN retrains USING (model_id, model_version)
JOIN catalogue_sizes USING (model, retrain)
WHERE propensity IS NOT NULL
GROUP BY retrains.model, retrains.retrain
