-- Outcomes that each retrain could choose, and of those the standing ones: available since before the retrain before.
-- An outcome without dates was always there.
WITH spans AS (
    SELECT
        model,
        retrain,
        min(first_at) AS first_at,
        max(last_at) AS last_at,
        lag(min(first_at)) OVER (PARTITION BY model ORDER BY retrain) AS before_at
    FROM retrains
    WHERE retrain IS NOT NULL
    GROUP BY model, retrain
)
SELECT
    spans.model,
    spans.retrain,
    count(*) AS outcomes,
    count(*) FILTER (listed) AS listed,
    count(*) FILTER (coalesce(available_from <= before_at, TRUE)) AS standing,
    count(available_from) + count(available_to) > 0 AS dated
FROM catalogue_outcomes
JOIN spans ON catalogue_outcomes.model = spans.model
    AND coalesce(available_from <= spans.last_at, TRUE) AND coalesce(available_to > spans.first_at, TRUE)
GROUP BY spans.model, spans.retrain
