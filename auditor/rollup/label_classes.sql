-- The classes of labels in the first and the last retrain of each model: how many have the same counts in both.
-- With three values or more in the first retrain a value is a class (`valued`). With two (yes and no) it is one for each
-- outcome, held against the labels of that outcome alone: what is no longer shown has lost no label.
-- `before_all` and `after_all` are the labels that a class is held against.
WITH ends AS (
    SELECT model, min(retrain) AS opening, max(retrain) AS closing
    FROM label_writers
    GROUP BY model
    HAVING min(retrain) < max(retrain)
),
labelled AS (
    SELECT model, item, value, retrain = opening AS early, labels
    FROM label_values
    JOIN ends USING (model)
    WHERE value IS NOT NULL AND single AND retrain IN (opening, closing)
),
kinds_of_label AS (
    SELECT model, count(DISTINCT value) FILTER (early) > 2 AS valued FROM labelled GROUP BY model
),
classes AS (
    SELECT
        model,
        valued,
        CASE WHEN NOT valued THEN item END AS item,
        value,
        coalesce(sum(labels) FILTER (early), 0) AS before,
        coalesce(sum(labels) FILTER (NOT early), 0) AS after
    FROM labelled
    JOIN kinds_of_label USING (model)
    GROUP BY ALL
),
beside AS (
    SELECT
        model,
        valued,
        CAST(before AS BIGINT) AS before,
        CAST(after AS BIGINT) AS after,
        CAST(sum(before) OVER (PARTITION BY model, item) AS BIGINT) AS before_all,
        CAST(sum(after) OVER (PARTITION BY model, item) AS BIGINT) AS after_all
    FROM classes
)
SELECT *, count(*) AS classes
FROM beside
WHERE before_all > 0 AND after_all > 0
GROUP BY ALL
