-- The actions of models that decide, by name and segment (NULL where the log has none). A pass over narrow columns,
-- asked for only where some action goes unlabelled.
WITH deciders AS (SELECT DISTINCT model FROM actions)
SELECT retrains.model, segment, item_id, hash(item_id) AS item, count(*) AS decisions
FROM exposures
JOIN retrains USING (model_id, model_version)
SEMI JOIN deciders ON deciders.model = retrains.model
WHERE retrains.retrain IS NOT NULL
GROUP BY retrains.model, segment, item_id
