-- Every outcome that each model was allowed to choose: its catalogue and whatever it showed besides, or, where there is
-- no catalogue, all outcomes seen of it in any retrain and in organic feedback. A shared catalogue (no model_id) is the
-- catalogue of the models that show some of it.
WITH models AS (SELECT DISTINCT model, model_id FROM retrains),
fed AS (
    SELECT model, item_id FROM organic JOIN models USING (model_id)
    UNION
    SELECT model, item_id FROM organic CROSS JOIN models
    WHERE organic.model_id IS NULL AND (SELECT count(*) FROM models) = 1
),
seen AS (
    SELECT model, item_id FROM lives
    UNION ALL
    SELECT model, item_id FROM fed ANTI JOIN lives USING (model, item_id)
),
shared AS (SELECT * FROM catalogue WHERE model_id IS NULL),
sharers AS (SELECT DISTINCT model FROM seen SEMI JOIN shared USING (item_id)),
listed AS (
    SELECT model, item_id, available_from, available_to FROM catalogue JOIN models USING (model_id)
    UNION ALL
    SELECT model, item_id, available_from, available_to FROM shared CROSS JOIN sharers
)
SELECT model, item_id, min(available_from) AS available_from, max(available_to) AS available_to, TRUE AS listed
FROM listed
GROUP BY model, item_id
UNION ALL
SELECT model, item_id, NULL, NULL, FALSE
FROM seen ANTI JOIN listed USING (model, item_id)
