-- The same as `scores` of the models whose feedback is a label, over labelled rows alone, with how many labels said yes.
-- Labels of a log of their own find their row by request and item: those without a request are on no row.
WITH answers AS (
    SELECT model_id, model_version, request_id, item_id, bool_or(clicked) AS positive
    FROM attributed
    WHERE {separate} AND request_id IS NOT NULL
    GROUP BY model_id, model_version, request_id, item_id
)
SELECT
    model,
    retrain,
    coalesce(({explore}) OR ({holdout}), FALSE) AS outside,
    count(*) AS shown,
    count(score) AS scored,
    sum(score) AS expected,
    count(*) FILTER ({clicked} OR positive) AS clicks,
    count(*) FILTER (NOT {separate} AND reward NOT IN (0, 1)) AS graded
FROM exposures
JOIN retrains USING (model_id, model_version)
SEMI JOIN (FROM kinds WHERE labels) AS labelled USING (model)
LEFT JOIN answers USING (model_id, model_version, request_id, item_id)
WHERE retrain IS NOT NULL AND ({labelled} OR positive IS NOT NULL)
GROUP BY model, retrain, outside
