-- Feedback with no exposure behind it, by model; with no model_id it belongs to nobody's row.
SELECT model_id, CAST(sum(feedback) AS BIGINT) AS organic FROM organic GROUP BY model_id
