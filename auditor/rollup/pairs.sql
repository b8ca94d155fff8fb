-- Each retrain beside the one before it, and the last beside the first: how many outcomes have the same counts on both
-- sides. `fresh` outcomes came into the catalogue only after the earlier retrain had begun, `retired` ones left it before
-- the later one.
WITH side_by_side AS (
    SELECT
        model,
        retrain + 1 AS retrain,
        retrain AS earlier,
        item,
        exploit AS before,
        exploit_a AS before_a,
        learnable AS learnable_before,
        CASE WHEN goes_on THEN next_exploit ELSE 0 END AS after,
        CASE WHEN goes_on THEN next_exploit_a ELSE 0 END AS after_a,
        CASE WHEN goes_on THEN next_learnable ELSE 0 END AS learnable
    FROM steps
    WHERE retrain < last
    UNION ALL
    SELECT model, retrain, retrain - 1, item, 0, 0, 0, exploit, exploit_a, learnable
    FROM steps
    WHERE retrain > 0 AND resumed
    UNION ALL
    SELECT
        model,
        last,
        0,
        item,
        exploit,
        exploit_a,
        learnable,
        CASE WHEN goes_on THEN next_exploit ELSE 0 END,
        CASE WHEN goes_on THEN next_exploit_a ELSE 0 END,
        CASE WHEN goes_on THEN next_learnable ELSE 0 END
    FROM ends
    WHERE retrain = 0
    UNION ALL
    SELECT model, last, 0, item, 0, 0, 0, exploit, exploit_a, learnable
    FROM ends
    WHERE retrain = last AND resumed
),
starts AS (
    SELECT model, retrain, min(first_at) AS first_at, max(retrain) OVER (PARTITION BY model) AS last
    FROM retrains
    WHERE retrain IS NOT NULL
    GROUP BY model, retrain
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
