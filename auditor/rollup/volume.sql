-- Exposures of each model and version, a row a day. A pass over narrow columns; it also dates the retrains. Rows find
-- their group faster by the hash of both names than by the names (see `retrains`).
WITH dated AS (
    SELECT *, hash(model_id, model_version) AS names, CAST("timestamp" AS DATE) AS day
    FROM exposures
)
SELECT
    any_value(model_id) AS model_id,
    any_value(model_version) AS model_version,
    day,
    count(*) AS exposures,
    min("timestamp") AS first_at,
    max("timestamp") AS last_at
FROM dated
GROUP BY names, day
