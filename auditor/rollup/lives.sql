-- The life of each outcome of a model: the retrains that showed it, and what it got over all of them. `launch` are its
-- exposures in the first one; both are found as the least of one number, the retrain above its exposures.
WITH spans AS (
    SELECT
        model,
        item,
        min((CAST(retrain AS BIGINT) << 32) + exposures) AS opening,
        max(retrain) AS last_retrain,
        count(retrain) AS retrains,
        sum(exposures) AS exposures,
        sum(labelled) AS labelled
    FROM outcomes
    GROUP BY model, item
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
