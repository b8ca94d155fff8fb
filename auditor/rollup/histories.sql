-- What each outcome ever brought: its feedback over all retrains, and how many tries at the last retrain's level that
-- took; retrains of unknown level are left out. `tries_last` are those of the last retrain.
WITH levelled AS (
    SELECT model, retrain, labels, level, retrain = max(retrain) OVER (PARTITION BY model) AS is_last
    FROM windows
    JOIN levels USING (model, retrain)
),
learned AS (
    SELECT
        model,
        item,
        clicks,
        CASE WHEN labels THEN labelled ELSE exposures END AS tries,
        level,
        is_last
    FROM (SELECT model, retrain, item, exposures, labelled, clicks FROM outcomes)
    JOIN levelled USING (model, retrain)
)
SELECT
    model,
    item,
    CAST(sum(clicks) AS INTEGER) AS clicks_ever,
    greatest(sum(tries * level), sum(clicks)) AS tries_ever,
    CAST(coalesce(sum(tries) FILTER (is_last), 0) AS INTEGER) AS tries_last
FROM learned
GROUP BY model, item
