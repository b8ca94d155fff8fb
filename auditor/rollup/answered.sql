-- Feedback of each model's versions and outcomes. Feedback joined to the exposures is counted with them.
SELECT
    {window} AS names,
    hash(item_id) AS item,
    count(*) AS labelled,
    count(*) FILTER (clicked) AS clicks,
    count(*) FILTER (clicked AND policy IN ('explore', 'holdout')) AS clicks_outside
FROM attributed
WHERE {separate}
GROUP BY names, item
