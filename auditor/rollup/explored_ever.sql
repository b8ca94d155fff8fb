-- How many outcomes that were in the catalogue from the first retrain to the last were ever explored, and by how many
-- rows.
WITH lifetimes AS (
    SELECT model, min(first_at) AS first_at, max(last_at) AS last_at
    FROM retrains
    WHERE retrain IS NOT NULL
    GROUP BY model
),
explored AS (SELECT model, item, sum(explore) AS explore FROM outcomes WHERE explore > 0 GROUP BY model, item)
SELECT
    catalogue_outcomes.model,
    count(*) AS standing,
    count(explored.item) AS reached,
    CAST(coalesce(sum(explore), 0) AS BIGINT) AS explored
FROM catalogue_outcomes
JOIN lifetimes USING (model)
LEFT JOIN explored USING (model, item)
WHERE coalesce(available_from <= first_at, TRUE) AND coalesce(available_to > last_at, TRUE)
    AND model IN (SELECT model FROM explored)
GROUP BY catalogue_outcomes.model
