-- Each retrain beside the one before it (reference 'previous'), and the last beside the first (reference 'first'):
-- how many outcomes have the same counts on both sides. `fresh` outcomes came into the catalogue only after the earlier
-- retrain had begun, `retired` ones left it before the later one.
WITH learned AS (
    SELECT model, retrain, item_id, exposures, exploit, exploit_a,
        CASE WHEN coalesce(labels, FALSE) THEN labelled ELSE exposures END AS learnable
    FROM outcomes
    LEFT JOIN kinds USING (model)
    WHERE retrain IS NOT NULL
),
lasts AS (SELECT model, max(retrain) AS last FROM learned GROUP BY model),
starts AS (SELECT model, retrain, first_at FROM retrains WHERE retrain IS NOT NULL),
side_by_side AS (
    SELECT
        'previous' AS reference,
        coalesce(b.model, a.model) AS model,
        coalesce(b.retrain, a.retrain + 1) AS retrain,
        coalesce(b.retrain, a.retrain + 1) - 1 AS earlier,
        coalesce(b.item_id, a.item_id) AS item_id,
        a.exploit AS before, a.exploit_a AS before_a, a.learnable AS learnable_before,
        b.exploit AS after, b.exploit_a AS after_a, b.learnable
    FROM learned AS a
    FULL JOIN learned AS b ON a.model = b.model AND a.item_id = b.item_id AND b.retrain = a.retrain + 1
    UNION ALL
    SELECT
        'first',
        coalesce(b.model, a.model),
        coalesce(b.last, a.last),
        0,
        coalesce(b.item_id, a.item_id),
        a.exploit, a.exploit_a, a.learnable,
        b.exploit, b.exploit_a, b.learnable
    FROM (SELECT * FROM learned JOIN lasts USING (model) WHERE retrain = 0 AND last > 1) AS a
    FULL JOIN (SELECT * FROM learned JOIN lasts USING (model) WHERE retrain = last AND last > 1) AS b
        ON a.model = b.model AND a.item_id = b.item_id
),
dated AS (SELECT * FROM catalogue_outcomes WHERE available_from IS NOT NULL OR available_to IS NOT NULL)
SELECT
    reference,
    s.model,
    s.retrain,
    s.earlier,
    coalesce(dated.available_from > opened.first_at, FALSE) AS fresh,
    coalesce(dated.available_to <= begun.first_at, FALSE) AS retired,
    coalesce(before, 0) AS before,
    coalesce(before_a, 0) AS before_a,
    coalesce(learnable_before, 0) AS learnable_before,
    coalesce(after, 0) AS after,
    coalesce(after_a, 0) AS after_a,
    coalesce(learnable, 0) AS learnable,
    count(*) AS outcomes
FROM side_by_side AS s
JOIN lasts ON s.model = lasts.model AND s.earlier >= 0 AND s.retrain <= lasts.last
JOIN starts AS opened ON s.model = opened.model AND s.earlier = opened.retrain
JOIN starts AS begun ON s.model = begun.model AND s.retrain = begun.retrain
LEFT JOIN dated ON s.model = dated.model AND s.item_id = dated.item_id
GROUP BY ALL
