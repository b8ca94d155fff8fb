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
),
alike AS (
    SELECT model, listed, available_from, available_to, count(*) AS outcomes
    FROM catalogue_outcomes
    GROUP BY model, listed, available_from, available_to
)
SELECT
    spans.model,
    spans.retrain,
    CAST(sum(outcomes) AS BIGINT) AS outcomes,
    CAST(coalesce(sum(outcomes) FILTER (listed), 0) AS BIGINT) AS listed,
    CAST(coalesce(sum(outcomes) FILTER (coalesce(available_from <= before_at, TRUE)), 0) AS BIGINT) AS standing,
    count(available_from) + count(available_to) > 0 AS dated
FROM alike
JOIN spans ON alike.model = spans.model
    AND coalesce(available_from <= spans.last_at, TRUE) AND coalesce(available_to > spans.first_at, TRUE)
GROUP BY spans.model, spans.retrain
