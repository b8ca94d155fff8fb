-- What the clicks on each outcome were worth, in each retrain, on the model's own choices; `events` is how many
-- say so.
WITH events AS (
    SELECT model_id, model_version, hash(item_id) AS item, value AS worth
    FROM attributed
    JOIN worth USING (model_id)
    WHERE own AND clicked AND coalesce(policy, 'exploit') = 'exploit'
    UNION ALL
    SELECT model_id, model_version, hash(item_id), CASE WHEN counted THEN 1 ELSE value END
    FROM second_feedback
    JOIN worth USING (model_id, event)
    WHERE coalesce(policy, 'exploit') = 'exploit'
)
SELECT model, retrain, item, CAST(sum(worth) AS DOUBLE) AS value, count(*) AS events
FROM events
JOIN retrains USING (model_id, model_version)
WHERE retrain IS NOT NULL AND worth IS NOT NULL
GROUP BY model, retrain, item
