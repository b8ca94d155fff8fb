-- Feedback of each model's versions and outcomes, as narrow as the exposures. Feedback joined to those is counted with
-- them.
SELECT
    {window} AS names,
    hash(item_id) AS item,
    CAST(count(*) AS INTEGER) AS labelled,
    CAST(count(CASE WHEN clicked THEN 1 END) AS INTEGER) AS clicks,
    CAST(count(CASE WHEN clicked AND policy IN ('explore', 'holdout') THEN 1 END) AS INTEGER) AS clicks_outside
FROM attributed
WHERE {separate}
GROUP BY names, item
