-- What each outcome ever brought: its feedback over all retrains, and how many tries at the last retrain's level that
-- took; retrains of unknown level are left out. `tries_last` are those of the last retrain.
-- As in `lives`, only rows that have a `sibling` are grouped, be it of a retrain of unknown level.
WITH levelled AS (
    SELECT model, retrain, level, retrain = max(retrain) OVER (PARTITION BY model) AS is_last
    FROM windows
    JOIN levels USING (model, retrain)
),
marked AS (
    SELECT
        model,
        item,
        retrain,
        clicks,
        CASE WHEN {of_labels} THEN labelled ELSE exposures END AS tries,
        coalesce(lag(life) OVER () = life OR lead(life) OVER () = life, FALSE) AS sibling
    FROM (SELECT *, hash(model, item) AS life FROM outcomes WHERE {part})
)
SELECT
    model,
    item,
    CAST(sum(clicks) AS INTEGER) AS clicks_ever,
    greatest(sum(tries * level), sum(clicks)) AS tries_ever,
    CAST(coalesce(sum(tries) FILTER (is_last), 0) AS INTEGER) AS tries_last
FROM marked
JOIN levelled USING (model, retrain)
WHERE sibling
GROUP BY model, item
UNION ALL
SELECT
    model,
    item,
    CAST(clicks AS INTEGER),
    greatest(tries * level, clicks),
    CAST(CASE WHEN is_last THEN tries ELSE 0 END AS INTEGER)
FROM marked
JOIN levelled USING (model, retrain)
WHERE NOT sibling
