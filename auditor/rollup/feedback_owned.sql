-- Feedback of each model: matched to its exposures, organic feedback that names it, and all that names it.
WITH models AS (SELECT DISTINCT model, model_id FROM retrains),
matched AS (SELECT model_id, sum(events) AS feedback FROM attributed GROUP BY model_id),
astray AS (SELECT model_id, sum(feedback) AS feedback FROM organic WHERE model_id IS NOT NULL GROUP BY model_id),
signed AS (SELECT model_id, count(*) AS feedback FROM feedback WHERE model_id IS NOT NULL GROUP BY model_id)
SELECT
    model,
    CAST(coalesce(matched.feedback, 0) AS BIGINT) AS matched,
    CAST(coalesce(astray.feedback, 0) AS BIGINT) AS astray,
    coalesce(signed.feedback, 0) AS signed
FROM models
LEFT JOIN matched USING (model_id)
LEFT JOIN astray USING (model_id)
LEFT JOIN signed USING (model_id)
