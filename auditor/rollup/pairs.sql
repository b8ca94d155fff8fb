-- Each retrain beside the one before it, and the last beside the first: how many outcomes have the same counts on both
-- sides. `fresh` outcomes came into the catalogue only after the earlier retrain had begun, `retired` ones left it before
-- the later one.
WITH starts AS (
    SELECT model, retrain, min(first_at) AS first_at, max(retrain) OVER (PARTITION BY model) AS last
    FROM retrains
    WHERE retrain IS NOT NULL
    GROUP BY model, retrain
),
models AS (SELECT DISTINCT model, last, coalesce(labels, FALSE) AS labels FROM starts LEFT JOIN kinds USING (model)),
learned AS NOT MATERIALIZED (
    SELECT model, retrain, last, item, exploit, exploit_a,
        CASE WHEN labels THEN labelled ELSE exposures END AS learnable
    FROM outcomes
    JOIN models USING (model)
),
side_by_side AS (
    SELECT
        coalesce(b.model, a.model) AS model,
        coalesce(b.retrain, a.retrain + 1) AS retrain,
        coalesce(b.retrain - 1, a.retrain) AS earlier,
        coalesce(b.item, a.item) AS item,
        coalesce(a.exploit, 0) AS before,
        coalesce(a.exploit_a, 0) AS before_a,
        coalesce(a.learnable, 0) AS learnable_before,
        coalesce(b.exploit, 0) AS after,
        coalesce(b.exploit_a, 0) AS after_a,
        coalesce(b.learnable, 0) AS learnable
    FROM (SELECT * FROM learned WHERE retrain < last) AS a
    FULL JOIN (SELECT * FROM learned WHERE retrain > 0) AS b
        ON a.model = b.model AND a.item = b.item AND a.retrain + 1 = b.retrain
    UNION ALL
    SELECT
        coalesce(b.model, a.model),
        coalesce(b.last, a.last),
        0,
        coalesce(b.item, a.item),
        coalesce(a.exploit, 0),
        coalesce(a.exploit_a, 0),
        coalesce(a.learnable, 0),
        coalesce(b.exploit, 0),
        coalesce(b.exploit_a, 0),
        coalesce(b.learnable, 0)
    FROM (SELECT * FROM learned WHERE retrain = 0 AND last > 1) AS a
    FULL JOIN (SELECT * FROM learned WHERE retrain = last AND last > 1) AS b
        ON a.model = b.model AND a.item = b.item
),
turned_over AS (
    SELECT
        model,
        item,
        opened.retrain AS earlier,
        begun.retrain,
        coalesce(available_from > opened.first_at, FALSE) AS fresh,
        coalesce(available_to <= begun.first_at, FALSE) AS retired
    FROM (FROM catalogue_outcomes WHERE {dated} AND (available_from IS NOT NULL OR available_to IS NOT NULL)) AS dated
    JOIN starts AS opened USING (model)
    JOIN starts AS begun USING (model)
    WHERE (begun.retrain = opened.retrain + 1 OR (opened.retrain = 0 AND begun.retrain = begun.last))
        AND (available_from > opened.first_at OR available_to <= begun.first_at)
),
counted AS (
    SELECT
        model, retrain, earlier, fresh, retired, before, before_a, learnable_before, after, after_a, learnable,
        count(*) AS outcomes
    FROM side_by_side
    LEFT JOIN turned_over USING (model, item, earlier, retrain)
    GROUP BY ALL
)
SELECT * REPLACE (coalesce(fresh, FALSE) AS fresh, coalesce(retired, FALSE) AS retired)
FROM counted
