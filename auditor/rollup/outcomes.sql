-- The one wide pass: exposures of each model, retrain and outcome, split by policy, by half of the users and by half of
-- the retrain's window; and the feedback on them, joined ({clicked}, {labelled}) or from a log of its own.
-- {unit} is the column whose md5 halves the log.
WITH shown AS (
    SELECT
        retrains.model,
        retrains.retrain,
        item_id,
        count(*) AS exposures,
        count(policy) AS logged,
        count(*) FILTER (policy = 'explore') AS explore,
        count(*) FILTER (policy = 'holdout') AS holdout,
        count(*) FILTER (md5(CAST({unit} AS VARCHAR)) < '8' AND coalesce(policy, 'exploit') = 'exploit') AS exploit_a,
        count(*) FILTER ("timestamp" > retrains.midpoint AND coalesce(policy, 'exploit') = 'exploit') AS exploit_late,
        count(*) FILTER ({labelled}) AS labelled,
        count(*) FILTER ({clicked}) AS clicks,
        count(*) FILTER (({clicked}) AND policy IN ('explore', 'holdout')) AS clicks_outside
    FROM exposures
    JOIN retrains USING (model_id, model_version)
    GROUP BY retrains.model, retrains.retrain, item_id
)
SELECT
    shown.* REPLACE (
        shown.labelled + coalesce(answered.labelled, 0) AS labelled,
        shown.clicks + coalesce(answered.clicks, 0) AS clicks,
        shown.clicks_outside + coalesce(answered.clicks_outside, 0) AS clicks_outside
    ),
    exposures - explore - holdout AS exploit
FROM shown
LEFT JOIN answered
    ON shown.model = answered.model AND shown.retrain IS NOT DISTINCT FROM answered.retrain
    AND shown.item_id = answered.item_id
