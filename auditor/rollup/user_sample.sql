-- The model's own choices for a sample of whole users, the same in every retrain and on every engine (md5). A page is a
-- request, or what a user was shown at one moment.
-- Retrains are pooled into at most eight spans. The launch is left out where there are four or more: what a model is
-- started from says nothing of how it treats its users.
WITH lengths AS (
    SELECT model, max(retrain) AS last, CASE WHEN max(retrain) >= 3 THEN 1 ELSE 0 END AS opened
    FROM retrains
    GROUP BY model
    HAVING last > 0
),
spans AS MATERIALIZED (
    SELECT
        model,
        model_id,
        model_version,
        CAST((retrain - opened) * least(8, last - opened + 1) // (last - opened + 1) AS INTEGER) AS span,
        users_below,
        pages_below
    FROM retrains
    JOIN lengths USING (model)
    JOIN user_shares USING (model)
    WHERE retrain >= opened
),
-- Most rows are no one's who is looked at by any model: they are left out before the rest is joined.
sampled AS (
    SELECT *, md5(CAST(user_id AS VARCHAR)) AS user_md5
    FROM exposures
    WHERE md5(CAST(user_id AS VARCHAR)) < (SELECT max(users_below) FROM spans)
),
chosen AS (
    SELECT
        model,
        model_id,
        span,
        substr(user_md5, 1, 12) AS person,
        hash(request_id, CASE WHEN request_id IS NULL THEN "timestamp" END) AS page,
        hash(item_id) AS item,
        CASE WHEN category IS NOT NULL THEN hash(category) END AS category
    FROM sampled
    JOIN spans USING (model_id, model_version)
    WHERE user_md5 < users_below AND {exploit} AND (
        pages_below = 'g'
        OR md5(coalesce(CAST(request_id AS VARCHAR), CAST("timestamp" AS VARCHAR))) < pages_below
    )
),
sorted AS (
    SELECT model_id, hash(item_id) AS item, hash(min(category)) AS category
    FROM catalogue
    WHERE category IS NOT NULL
    GROUP BY model_id, item
)
SELECT
    model,
    span,
    person,
    page,
    chosen.item,
    coalesce(chosen.category, own.category, shared.category) AS category
FROM chosen
LEFT JOIN (FROM sorted WHERE model_id IS NOT NULL) AS own ON own.model_id = chosen.model_id AND own.item = chosen.item
LEFT JOIN (FROM sorted WHERE model_id IS NULL) AS shared ON shared.item = chosen.item
