-- The retrains of each model, pooled into at most eight spans. The launch is left out where there are four or more: what
-- a model is started from says nothing of how it treats its users.
-- `first_below` is what the md5 of a user must be below to be in the first sample: all users up to a million rows,
-- else a half, a quarter, ... of them, so that about that many rows remain.
WITH bounds (halvings, bound) AS (
    VALUES (0, 'g'), (1, '8'), (2, '4'), (3, '2'), (4, '1'), (5, '08'), (6, '04'), (7, '02'), (8, '01')
),
thinned AS (SELECT greatest(0, least(8, ceil(log2(sum(exposures) / 1000000)))) AS halvings FROM volume),
lengths AS (
    SELECT model, max(retrain) AS last, CASE WHEN max(retrain) >= 3 THEN 1 ELSE 0 END AS opened
    FROM retrains
    GROUP BY model
    HAVING last > 0
)
SELECT
    model,
    model_id,
    model_version,
    CAST((retrain - opened) * least(8, last - opened + 1) // (last - opened + 1) AS INTEGER) AS span,
    halvings,
    bound AS first_below
FROM retrains
JOIN lengths USING (model)
CROSS JOIN thinned
JOIN bounds USING (halvings)
WHERE retrain >= opened
