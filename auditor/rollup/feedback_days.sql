-- Positive feedback of each model by the day of its exposure: a day with exposures and no row here lost its feedback.
SELECT model_id, CAST(exposed_at AS DATE) AS day, count(*) FILTER (clicked) AS feedback
FROM attributed
GROUP BY model_id, CAST(exposed_at AS DATE)
