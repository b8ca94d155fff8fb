-- Which users of each model are looked at one by one: those whose md5 is below `users_below`, and of their pages (in
-- requests or moments) those below `pages_below`. All of them up to a million rows; else a half, a quarter, ... of the
-- users, so that about that many rows remain. Of a model that this leaves fewer than 100 users of, more users are taken
-- and as many fewer of their pages, down to 5,000 rows.
WITH bounds (halvings, bound) AS (
    VALUES (0, 'g'), (1, '8'), (2, '4'), (3, '2'), (4, '1'), (5, '08'), (6, '04'), (7, '02'), (8, '01')
),
thinned AS (SELECT greatest(0, least(8, ceil(log2(sum(exposures) / 1000000)))) AS halvings FROM volume),
tried AS MATERIALIZED (
    SELECT model, model_id, model_version, bound
    FROM retrains
    CROSS JOIN thinned
    JOIN bounds USING (halvings)
    WHERE halvings > 0
),
sampled AS (
    SELECT model_id, model_version, user_id
    FROM exposures
    WHERE md5(CAST(user_id AS VARCHAR)) < (SELECT max(bound) FROM tried)
),
counted AS (
    SELECT model, count(DISTINCT user_id) AS users
    FROM sampled
    JOIN tried USING (model_id, model_version)
    GROUP BY model
),
sizes AS (
    SELECT
        model,
        halvings,
        ceil(log2(sum(exposures) / 5000)) AS most,
        greatest(0, halvings - ceil(log2(greatest(1, 100 / greatest(coalesce(any_value(users), 0), 0.1))))) AS of_users
    FROM retrains
    LEFT JOIN counted USING (model)
    CROSS JOIN thinned
    GROUP BY model, halvings
)
SELECT model, users.bound AS users_below, pages.bound AS pages_below
FROM sizes
JOIN bounds AS users ON users.halvings = of_users
JOIN bounds AS pages ON pages.halvings = greatest(0, least(sizes.halvings, most) - of_users)
