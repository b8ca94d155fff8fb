-- Exposures of each model and version, a row a day, and the deepest position shown: no request holds more exposures.
-- A pass over narrow columns; it also dates the retrains.
SELECT
    model_id,
    model_version,
    date_trunc('day', "timestamp") AS day,
    count(*) AS exposures,
    min("timestamp") AS first_at,
    max("timestamp") AS last_at,
    max(position) AS deepest
FROM exposures
GROUP BY model_id, model_version, date_trunc('day', "timestamp")
