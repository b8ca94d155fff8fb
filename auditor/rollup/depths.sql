-- The deepest position that each model filled: of its slates none is longer.
SELECT model_id, max(position) AS deepest
FROM exposures
GROUP BY model_id
