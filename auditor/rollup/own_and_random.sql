-- A model's own choices beside its explore and holdout rows, where it has both. `expected` is the feedback that its own
-- exposures would have had at the rates of the random rows, outcome by outcome: a model that is merely better than
-- random has no gap to that. `own_noise` and `random_noise` are the binomial variances of `shared_clicks` and
-- `expected`; `reach` is sum own^2 / random, by which shared^2 gives the random rows that count.
WITH randomised AS (
    SELECT model FROM outcomes WHERE retrain IS NOT NULL GROUP BY model HAVING sum(explore + holdout) > 0
),
sides AS (
    SELECT
        model,
        retrain,
        CAST(exploit AS DOUBLE) AS own,
        CAST(clicks - clicks_outside AS DOUBLE) AS own_clicks,
        CAST(explore + holdout AS DOUBLE) AS random,
        CAST(clicks_outside AS DOUBLE) AS random_clicks
    FROM outcomes
    SEMI JOIN randomised USING (model)
    WHERE retrain IS NOT NULL
),
rated AS (
    SELECT *, (own_clicks + random_clicks) / (own + random) AS rate, own > 0 AND random > 0 AS shared FROM sides
)
SELECT
    model,
    retrain,
    sum(own) AS own,
    sum(own_clicks) AS own_clicks,
    sum(random) AS random,
    sum(random_clicks) AS random_clicks,
    sum(own) FILTER (shared) AS shared,
    sum(own_clicks) FILTER (shared) AS shared_clicks,
    sum(own * random_clicks / random) FILTER (shared) AS expected,
    sum(own * rate * (1 - rate)) FILTER (shared) AS own_noise,
    sum(own * own / random * rate * (1 - rate)) FILTER (shared) AS random_noise,
    sum(own * own / random) FILTER (shared) AS reach
FROM rated
GROUP BY model, retrain
