-- The users of each model that are looked at one by one: the first sample of them, where that is enough. The log is read
-- again for the others alone, and the reader leaves out rows of users who are in no sample ({more_below}).
WITH sampled AS (
    SELECT *, md5(CAST(user_id AS VARCHAR)) AS user_md5
    FROM exposures
    WHERE md5(CAST(user_id AS VARCHAR)) < {more_below}
),
chosen AS (
    SELECT * FROM user_rows ANTI JOIN more_users USING (model)
    UNION ALL
    SELECT
        model,
        model_id,
        span,
        substr(user_md5, 1, 12) AS person,
        {page} AS page,
        hash(item_id) AS item,
        CASE WHEN category IS NOT NULL THEN hash(category) END AS category
    FROM sampled
    JOIN more_users USING (model_id, model_version)
    WHERE user_md5 < users_below
        AND {exploit}
        AND (
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
