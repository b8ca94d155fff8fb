-- The metrics table by model, retrain, metric and slice: mean value, negated where lower is better, so that more is
-- always better. `retrain` is NULL for versions that are no retrain of the log. Where nothing says which way is better,
-- higher is (`assumed`). Names are compared without regard to case and blanks around them.
WITH models AS (SELECT DISTINCT model, model_id FROM retrains),
named AS (
    SELECT
        models.model,
        retrains.retrain,
        lower(trim(metric)) AS metric,
        coalesce(lower(trim(slice)), '') AS slice,
        value,
        bool_and(higher_is_better) OVER (PARTITION BY models.model, lower(trim(metric))) AS higher
    FROM metrics
    JOIN models USING (model_id)
    LEFT JOIN retrains USING (model_id, model_version)
)
SELECT
    model,
    retrain,
    metric,
    slice,
    avg(CASE WHEN higher IS NOT DISTINCT FROM FALSE THEN -value ELSE value END) AS value,
    count(*) AS rows,
    count(*) FILTER (value IS NULL) AS empty,
    bool_or(higher IS NULL) AS assumed
FROM named
GROUP BY model, retrain, metric, slice
