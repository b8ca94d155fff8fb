-- Exposures that models chose themselves, the clicks on them, and what those were worth, by span of retrains. `events`
-- is how many say so.
SELECT
    model,
    span,
    CAST(sum(exposures) AS DOUBLE) AS exposures,
    CAST(sum(clicks) AS DOUBLE) AS clicks,
    sum(value) AS value,
    CAST(sum(events) AS BIGINT) AS events
FROM (
    SELECT model, retrain, exploit AS exposures, clicks - clicks_outside AS clicks, 0.0::DOUBLE AS value, 0 AS events
    FROM outcomes
    UNION ALL
    SELECT model, retrain, 0, 0, value, events FROM earned
)
JOIN value_spans USING (model, retrain)
GROUP BY model, span
