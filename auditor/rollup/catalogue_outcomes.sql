-- Every outcome that each model was allowed to choose: its catalogue and whatever it showed besides, or, where there is
-- no catalogue, all outcomes seen of it in any retrain and in organic feedback. A shared catalogue (no model_id) is the
-- catalogue of the models that show some of it.
WITH models AS (SELECT DISTINCT model, model_id FROM retrains),
fed AS (
    SELECT model, hash(item_id) AS item FROM organic JOIN models USING (model_id)
    UNION
    SELECT model, hash(item_id) AS item FROM organic CROSS JOIN models
    WHERE organic.model_id IS NULL AND (SELECT count(*) FROM models) = 1
),
-- Fed and never shown; few are fed, so few of those shown are held against them.
unshown AS (
    SELECT model, item
    FROM fed
    ANTI JOIN (FROM lives SEMI JOIN fed USING (model, item)) AS lives USING (model, item)
),
seen AS (
    SELECT model, item FROM lives
    UNION ALL
    FROM unshown
),
named AS (SELECT * EXCLUDE (item_id), hash(item_id) AS item FROM catalogue),
shared AS (SELECT * FROM named WHERE model_id IS NULL),
sharers AS (SELECT DISTINCT model FROM seen SEMI JOIN shared USING (item)),
listed AS (
    SELECT model, item, available_from, available_to FROM named JOIN models USING (model_id)
    UNION ALL
    SELECT model, item, available_from, available_to FROM shared CROSS JOIN sharers
)
SELECT model, item, min(available_from) AS available_from, max(available_to) AS available_to, TRUE AS listed
FROM listed
GROUP BY model, item
UNION ALL
SELECT model, item, NULL, NULL, FALSE
FROM (
    SELECT model, item FROM lives
    UNION ALL
    FROM unshown ANTI JOIN listed USING (model)
)
ANTI JOIN listed USING (model, item)
