-- Whether outcomes that do well on a model's own exposures do well on its explore and holdout rows: sums from which the
-- covariance of both rates over outcomes follows, and their variances, free of the noise of counting (c (c - 1) /
-- (e (e - 1)) is a square of a rate without bias; `own_bias` and `random_bias` mend that of the squared means). Rates
-- are held against their mean in the same retrain, and each outcome's retrains are added up: it is one observation.
WITH cells AS (
    SELECT
        model,
        retrain,
        item,
        CAST(exploit AS DOUBLE) AS own,
        CAST(clicks - clicks_outside AS DOUBLE) AS own_clicks,
        CAST(explore + holdout AS DOUBLE) AS random,
        CAST(clicks_outside AS DOUBLE) AS random_clicks
    FROM outcomes
    WHERE retrain IS NOT NULL AND exploit > 1 AND explore + holdout > 1
),
rates AS (
    SELECT
        model,
        retrain,
        item,
        own * random / (own + random) AS weight,
        own_clicks / own AS a,
        random_clicks / random AS b,
        own_clicks * (own_clicks - 1) / (own * (own - 1)) AS a_squared,
        random_clicks * (random_clicks - 1) / (random * (random - 1)) AS b_squared
    FROM cells
),
means AS (
    SELECT
        model,
        retrain,
        sum(weight * a) / sum(weight) AS own_mean,
        sum(weight * b) / sum(weight) AS random_mean,
        sum(weight * weight * (a * a - a_squared)) / (sum(weight) * sum(weight)) AS own_bias,
        sum(weight * weight * (b * b - b_squared)) / (sum(weight) * sum(weight)) AS random_bias
    FROM rates
    GROUP BY model, retrain
),
centred AS (
    SELECT
        model,
        item,
        sum(weight * (a - own_mean) * (b - random_mean) / (own_mean * random_mean)) AS both_sides,
        sum(weight * (a_squared - own_mean * (2 * a - own_mean) + own_bias) / (own_mean * own_mean)) AS own_side,
        sum(
            weight * (b_squared - random_mean * (2 * b - random_mean) + random_bias) / (random_mean * random_mean)
        ) AS random_side
    FROM rates
    JOIN means USING (model, retrain)
    WHERE own_mean > 0 AND random_mean > 0
    GROUP BY model, item
)
SELECT
    model,
    count(*) AS outcomes,
    sum(both_sides) AS both_sides,
    sum(own_side) AS own_side,
    sum(random_side) AS random_side,
    sum(both_sides * both_sides) AS both_both,
    sum(both_sides * own_side) AS both_own,
    sum(own_side * own_side) AS own_own
FROM centred
GROUP BY model
