-- The retrains of models of which the first sample holds fewer than 100 users. Of these, more users are taken and as many
-- fewer of their pages (requests or moments), down to 5,000 rows: users whose md5 is below `users_below`, and of their
-- pages those below `pages_below`.
WITH bounds (halvings, bound) AS (
    VALUES (0, 'g'), (1, '8'), (2, '4'), (3, '2'), (4, '1'), (5, '08'), (6, '04'), (7, '02'), (8, '01')
),
counted AS (SELECT model, count(DISTINCT person) AS users FROM user_rows GROUP BY model),
sizes AS (
    SELECT
        model,
        halvings,
        ceil(log2(sum(exposures) / 5000)) AS most,
        greatest(0, halvings - ceil(log2(greatest(1, 100 / greatest(coalesce(any_value(users), 0), 0.1))))) AS of_users
    FROM retrains
    JOIN (SELECT DISTINCT model, halvings FROM user_spans) AS thinned USING (model)
    LEFT JOIN counted USING (model)
    GROUP BY model, halvings
)
SELECT model, model_id, model_version, span, users.bound AS users_below, pages.bound AS pages_below
FROM (FROM sizes WHERE of_users < halvings) AS wanting
JOIN user_spans USING (model)
JOIN bounds AS users ON users.halvings = of_users
JOIN bounds AS pages ON pages.halvings = greatest(0, least(wanting.halvings, most) - of_users)
