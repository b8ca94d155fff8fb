-- Requests of each large model by HyperLogLog (within about 8 %), and how many requests have feedback. `doubtful` where
-- that leaves the verdict open, and for small models, which cost little to count.
WITH sizes AS (SELECT model_id, sum(exposures) AS exposures FROM volume GROUP BY model_id),
answers AS (
    SELECT model_id, count(DISTINCT request_id) AS answered FROM attributed WHERE clicked GROUP BY model_id
),
guesses AS (
    SELECT model_id, approx_count_distinct(request_id) AS requests
    FROM exposures
    SEMI JOIN (FROM sizes WHERE exposures > 100000) AS large USING (model_id)
    GROUP BY model_id
)
SELECT
    model_id,
    requests,
    coalesce(answered, 0) AS answered,
    requests IS NULL OR coalesce(answered, 0) >= 0.75 * requests AS doubtful
FROM sizes
LEFT JOIN guesses USING (model_id)
LEFT JOIN answers USING (model_id)
