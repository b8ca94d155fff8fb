-- Outcomes with feedback that get too little in the last retrain to be learned about, though they were in the catalogue
-- all the time. A table of its own: the engine then knows how few they are, and joins accordingly.
WITH ended AS (FROM windows QUALIFY retrain = max(retrain) OVER (PARTITION BY model)),
spans AS (
    SELECT model, retrain, min(first_at) AS first_at, max(last_at) AS last_at FROM retrains GROUP BY model, retrain
),
hungry AS MATERIALIZED (  -- before they are looked up: the catalogue is larger by far
    SELECT model, item, tries_last, first_at, last_at
    FROM histories
    JOIN ended USING (model)
    JOIN spans USING (model, retrain)
    WHERE clicks_ever >= 2 AND NOT tries_last >= need
)
SELECT model, item, tries_last
FROM hungry
JOIN catalogue_outcomes USING (model, item)
WHERE coalesce(available_from <= first_at, TRUE) AND coalesce(available_to > last_at, TRUE)
