-- Who wrote the labels of each retrain. A retrain with less than a tenth of the model's median labels still waits for
-- them: it is left out.
WITH written AS (
    SELECT
        model,
        retrain,
        CAST(sum(labels) AS BIGINT) AS labels,
        CAST(coalesce(sum(labels) FILTER (writer = 'model'), 0) AS BIGINT) AS by_model,
        CAST(coalesce(sum(labels) FILTER (writer = 'rule'), 0) AS BIGINT) AS by_rule,
        CAST(coalesce(sum(labels) FILTER (writer = 'human'), 0) AS BIGINT) AS by_human,
        CAST(coalesce(sum(labels) FILTER (writer = 'unknown'), 0) AS BIGINT) AS by_unknown
    FROM label_values
    GROUP BY model, retrain
),
judged AS (SELECT *, labels < 0.1 * median(labels) OVER (PARTITION BY model) AS partial FROM written)
SELECT * EXCLUDE (partial)
FROM judged
WHERE NOT partial
