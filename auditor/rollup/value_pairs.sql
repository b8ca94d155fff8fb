-- The first span of retrains beside the last, of models whose clicks have a value: how many outcomes have the same
-- exposures, clicks and value in both.
WITH ends AS MATERIALIZED (
    SELECT model, retrain, span = 0 AS early FROM value_spans WHERE spans > 1 AND (span = 0 OR span = spans - 1)
),
sides AS (
    SELECT model, item, early, exploit AS exposures, clicks - clicks_outside AS clicks, 0.0::DOUBLE AS value
    FROM outcomes
    JOIN ends USING (model, retrain)
    UNION ALL
    SELECT model, item, early, 0, 0, value FROM earned JOIN ends USING (model, retrain)
),
counted AS (
    SELECT
        model,
        item,
        CAST(coalesce(sum(exposures) FILTER (early), 0) AS DOUBLE) AS exposures,
        CAST(coalesce(sum(clicks) FILTER (early), 0) AS DOUBLE) AS clicks,
        coalesce(sum(value) FILTER (early), 0) AS value,
        CAST(coalesce(sum(exposures) FILTER (NOT early), 0) AS DOUBLE) AS exposures_now,
        CAST(coalesce(sum(clicks) FILTER (NOT early), 0) AS DOUBLE) AS clicks_now,
        coalesce(sum(value) FILTER (NOT early), 0) AS value_now
    FROM sides
    GROUP BY model, item
)
SELECT * EXCLUDE (item), count(*) AS outcomes
FROM counted
WHERE exposures + exposures_now > 0
GROUP BY ALL
