-- Feedback with no exposure behind it. Where it names no model, it is food for every model that could have chosen the
-- outcome.
WITH models AS (SELECT DISTINCT model, model_id FROM retrains),
fed AS (
    SELECT model, feedback FROM organic JOIN models USING (model_id)
    UNION ALL
    SELECT model, feedback FROM organic JOIN catalogue_outcomes ON item = hash(item_id) WHERE organic.model_id IS NULL
)
SELECT model, CAST(sum(feedback) AS BIGINT) AS organic FROM fed GROUP BY model
