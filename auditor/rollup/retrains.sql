-- The retrains of each model in the order of their first exposure, numbered from 0.
-- Without timestamps their order is not known: they are one.
-- Windows with less than a tenth of the model's median volume are cut-off ends of an export: they keep no number.
-- `names` is the hash of both names: rows of the log find their retrain faster by one number than by two strings.
-- No two of a hundred thousand share one, but for a chance of 3 in ten billion.
WITH windows AS (
    SELECT model_id, model_version, sum(exposures) AS exposures, min(first_at) AS first_at, max(last_at) AS last_at
    FROM volume
    GROUP BY model_id, model_version
),
judged AS (
    SELECT *, exposures < 0.1 * median(exposures) OVER (PARTITION BY model_id) AS partial
    FROM windows
)
SELECT
    CAST(dense_rank() OVER (ORDER BY model_id) - 1 AS INTEGER) AS model,
    CAST(CASE
        WHEN first_at IS NULL THEN 0
        WHEN NOT partial THEN row_number() OVER (PARTITION BY model_id, partial ORDER BY first_at, model_version) - 1
    END AS INTEGER) AS retrain,
    model_id,
    model_version,
    hash(model_id, model_version) AS names,
    CAST(exposures AS BIGINT) AS exposures,
    first_at,
    last_at,
    first_at + (last_at - first_at) / 2 AS midpoint
FROM judged
