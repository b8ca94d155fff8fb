-- The retrains of models whose clicks have a value, pooled into at most eight spans.
SELECT DISTINCT
    model,
    retrain,
    CAST(retrain * least(8, retrains) // retrains AS INTEGER) AS span,
    least(8, retrains) AS spans
FROM (SELECT *, max(retrain) OVER (PARTITION BY model) + 1 AS retrains FROM retrains SEMI JOIN worth USING (model_id))
WHERE retrain IS NOT NULL
