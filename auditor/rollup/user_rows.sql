-- The first sample of users: the model's own choices for whole users, the same in every retrain and on every engine (md5).
-- A page is a request, or what a user was shown at one moment.
-- Most rows are no one's who is looked at: as a literal, the bound ({first_below}) is passed on to the reader, which
-- then leaves out the rest of such rows.
WITH sampled AS (
    SELECT *, md5(CAST(user_id AS VARCHAR)) AS user_md5
    FROM exposures
    WHERE md5(CAST(user_id AS VARCHAR)) < {first_below}
)
SELECT
    model,
    model_id,
    span,
    substr(user_md5, 1, 12) AS person,
    {page} AS page,
    hash(item_id) AS item,
    CASE WHEN category IS NOT NULL THEN hash(category) END AS category
FROM sampled
JOIN user_spans USING (model_id, model_version)
WHERE {exploit}
