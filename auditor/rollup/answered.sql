-- Feedback of each model, retrain and outcome. Feedback joined to the exposures is counted with them.
SELECT
    retrains.model,
    retrains.retrain,
    hash(item_id) AS item,
    count(*) AS labelled,
    count(*) FILTER (clicked) AS clicks,
    count(*) FILTER (clicked AND policy IN ('explore', 'holdout')) AS clicks_outside
FROM attributed
JOIN retrains USING (model_id, model_version)
WHERE {separate}
GROUP BY retrains.model, retrains.retrain, item
