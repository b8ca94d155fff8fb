-- The one wide pass: exposures of each model, retrain and outcome, split by policy, by half of the users and by half of
-- the retrain's window; and the feedback on them, joined ({clicked}, {labelled}) or from a log of its own.
-- An outcome goes by the hash of its name from here on (`items` has the names): no two of ten million share one, but
-- for a chance of 3 in a million.
-- {unit} is the column whose md5 halves the log. Counts are kept narrow: this is the largest table there is.
WITH shown AS (
    SELECT
        retrains.model,
        retrains.retrain,
        hash(item_id) AS item,
        CAST(count(*) AS INTEGER) AS exposures,
        CAST(count(*) FILTER ({logged}) AS INTEGER) AS logged,
        CAST(count(*) FILTER ({explore}) AS INTEGER) AS explore,
        CAST(count(*) FILTER ({holdout}) AS INTEGER) AS holdout,
        CAST(count(*) FILTER (md5(CAST({unit} AS VARCHAR)) < '8' AND {exploit}) AS INTEGER) AS exploit_a,
        CAST(count(*) FILTER ("timestamp" > retrains.midpoint AND {exploit}) AS INTEGER) AS exploit_late,
        CAST(count(*) FILTER ({labelled}) AS INTEGER) AS labelled,
        CAST(count(*) FILTER ({clicked}) AS INTEGER) AS clicks,
        CAST(count(*) FILTER ({clicked_outside}) AS INTEGER) AS clicks_outside
    FROM exposures
    JOIN retrains ON retrains.names = hash(exposures.model_id, exposures.model_version)
    GROUP BY retrains.model, retrains.retrain, item
)
SELECT
    shown.* EXCLUDE (labelled, clicks, clicks_outside),
    CAST(shown.labelled + coalesce(answered.labelled, 0) AS INTEGER) AS labelled,
    CAST(shown.clicks + coalesce(answered.clicks, 0) AS INTEGER) AS clicks,
    CAST(shown.clicks_outside + coalesce(answered.clicks_outside, 0) AS INTEGER) AS clicks_outside,
    exposures - explore - holdout AS exploit
FROM shown
LEFT JOIN answered
    ON shown.model = answered.model AND shown.retrain IS NOT DISTINCT FROM answered.retrain
    AND shown.item = answered.item
