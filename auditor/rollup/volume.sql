-- Exposures of each model and version, a row a day. A pass over three narrow columns; it also dates the retrains.
SELECT
    model_id,
    model_version,
    date_trunc('day', "timestamp") AS day,
    count(*) AS exposures,
    min("timestamp") AS first_at,
    max("timestamp") AS last_at
FROM exposures
GROUP BY model_id, model_version, date_trunc('day', "timestamp")
