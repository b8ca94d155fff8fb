-- Labels of the models whose feedback says who wrote it ({writer}: model, rule, human or unknown), by retrain, outcome
-- and value. `single` where an exposure has one label: the values of several are added up in `attributed`.
WITH signed AS (SELECT DISTINCT model_id FROM attributed WHERE label_source IS NOT NULL)
SELECT
    retrains.model,
    retrains.retrain,
    hash(item_id) AS item,
    value,
    coalesce({writer}, 'unknown') AS writer,
    events = 1 AS single,
    count(*) AS labels
FROM attributed
SEMI JOIN signed USING (model_id)
JOIN retrains USING (model_id, model_version)
WHERE retrains.retrain IS NOT NULL
GROUP BY ALL
