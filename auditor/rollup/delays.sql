-- Feedback that is older than the exposure it belongs to, and feedback of which it is known who wrote it.
SELECT model_id, count(*) AS attributed, count(*) FILTER (feedback_at < exposed_at) AS early, count(label_source) AS written
FROM attributed
WHERE feedback_at IS NOT NULL AND exposed_at IS NOT NULL
GROUP BY model_id
