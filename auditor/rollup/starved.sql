-- Outcomes with feedback that get too little in the last retrain to be learned about, though they were in the catalogue
-- all the time. A table of its own: the engine then knows how few they are, and joins accordingly.
WITH ended AS (FROM windows QUALIFY retrain = max(retrain) OVER (PARTITION BY model)),
spans AS (
    SELECT model, retrain, min(first_at) AS first_at, max(last_at) AS last_at FROM retrains GROUP BY model, retrain
)
SELECT model, item, tries_last
FROM histories
JOIN ended USING (model)
JOIN spans USING (model, retrain)
JOIN catalogue_outcomes USING (model, item)
WHERE clicks_ever >= 2 AND NOT tries_last >= need
    AND coalesce(available_from <= first_at, TRUE) AND coalesce(available_to > last_at, TRUE)
