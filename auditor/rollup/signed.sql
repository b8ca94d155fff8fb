-- The models of whose feedback it is mostly known who wrote it.
SELECT model, count(label_source) >= 0.5 * count(*) AS written
FROM attributed
JOIN (SELECT DISTINCT model, model_id FROM retrains) AS models USING (model_id)
GROUP BY model
