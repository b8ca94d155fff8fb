-- The life of each outcome of a model: the retrains that showed it, and what it got over all of them. `launch` are its
-- exposures in the first one; both are found as the least of one number, the retrain above its exposures.
-- The rows of one outcome lie side by side (see `steps`), so those that have no `sibling` are known without a search.
-- In large fleets they are most; only the others are grouped, part by part ({part}).
WITH marked AS (
    SELECT
        model,
        item,
        retrain,
        (CAST(retrain AS BIGINT) << 32) + exposures AS opening,
        exposures,
        labelled,
        coalesce(lag(life) OVER () = life OR lead(life) OVER () = life, FALSE) AS sibling
    FROM (SELECT *, hash(model, item) AS life FROM outcomes WHERE {part})
),
spans AS (
    SELECT
        model,
        item,
        min(opening) AS opening,
        max(retrain) AS last_retrain,
        count(retrain) AS retrains,
        sum(exposures) AS exposures,
        sum(labelled) AS labelled
    FROM marked
    WHERE sibling
    GROUP BY model, item
    UNION ALL
    SELECT model, item, opening, retrain, CASE WHEN retrain IS NULL THEN 0 ELSE 1 END, exposures, labelled
    FROM marked
    WHERE NOT sibling
)
SELECT
    model,
    item,
    CAST(opening >> 32 AS INTEGER) AS first_retrain,
    last_retrain,
    CAST(retrains AS INTEGER) AS retrains,
    CAST(opening & 4294967295 AS INTEGER) AS launch,
    CAST(exposures AS BIGINT) AS exposures,
    CAST(labelled AS BIGINT) AS labelled
FROM spans
