-- Whether outcomes came up as often as their logged propensities say, of each model's last retrain. Each row of an
-- outcome stands for 1 / p decisions, whatever the position: its rows together estimate all n decisions, or fewer
-- where some gave it no chance, and never more. In one half of the units, the outcomes that come up too often are
-- picked; in the other half, their excess is measured: `excess` rows, with `error` the sum of both halves' standard
-- errors (halves that pick alike may err together). Rows without a propensity count as decisions.
-- {unit} is the column whose md5 halves the log.
WITH last_retrains AS (
    SELECT model, model_id, model_version
    FROM retrains
    WHERE retrain IS NOT NULL
    QUALIFY retrain = max(retrain) OVER (PARTITION BY model)
),
weighed AS (
    SELECT
        model,
        hash(item_id) AS item,
        coalesce(md5(CAST({unit} AS VARCHAR)) < '8', FALSE) AS half,
        count(*) AS decisions,
        count(propensity) AS shown,
        coalesce(sum(1 / propensity), 0) AS weight,
        coalesce(sum(1 / (propensity * propensity)), 0) AS squares
    FROM exposures
    JOIN last_retrains USING (model_id, model_version)
    WHERE model IN (SELECT model FROM support)
    GROUP BY model, item, half
),
halves AS (
    SELECT
        model,
        item,
        coalesce(sum(shown) FILTER (half), 0) AS shown_a,
        coalesce(sum(weight) FILTER (half), 0) AS weight_a,
        coalesce(sum(squares) FILTER (half), 0) AS squares_a,
        coalesce(sum(shown) FILTER (NOT half), 0) AS shown_b,
        coalesce(sum(weight) FILTER (NOT half), 0) AS weight_b,
        coalesce(sum(squares) FILTER (NOT half), 0) AS squares_b
    FROM weighed
    GROUP BY model, item
),
decided AS (
    SELECT
        model,
        coalesce(sum(decisions) FILTER (half), 0) AS decisions_a,
        coalesce(sum(decisions) FILTER (NOT half), 0) AS decisions_b
    FROM weighed
    GROUP BY model
),
-- shown / weight is the probability that the other half's rows claim for the outcome.
picked AS (
    SELECT
        *,
        CASE WHEN weight_a > decisions_a THEN shown_a / weight_a ELSE 0 END AS claim_a,
        CASE WHEN weight_b > decisions_b THEN shown_b / weight_b ELSE 0 END AS claim_b,
        decisions_a + decisions_b AS decisions,
        shown_a + shown_b AS shown,
        weight_a + weight_b AS weight,
        squares_a + squares_b AS squares
    FROM halves
    JOIN decided USING (model)
)
SELECT
    model,
    any_value(least(decisions_a, decisions_b)) AS smaller_half,
    any_value(decisions) AS decisions,
    sum(claim_a * (weight_b - decisions_b) + claim_b * (weight_a - decisions_a)) AS excess,
    sqrt(sum(claim_a * claim_a * greatest(squares_b - weight_b, 0)))
    + sqrt(sum(claim_b * claim_b * greatest(squares_a - weight_a, 0))) AS error,
    count(*) FILTER (shown > 0) AS outcomes_shown,
    -- As a count of weight^2 / squares rows where decisions * weight / squares were expected, on the root scale of
    -- Poisson counts: chance alone brings one outcome in two thousand over 3.29.
    count(*) FILTER (
        shown > 0 AND 2 * (weight / sqrt(squares) - sqrt(decisions * weight / squares)) > 3.29
    ) AS outcomes_over
FROM picked
GROUP BY model
