-- Requests of each large model by HyperLogLog (within about 8 %), and how many requests have feedback. `doubtful` where
-- that leaves the verdict open, and for small models, which cost little to count. Not counted where even the deepest
-- slates could not make nearly all requests answered.
WITH sizes AS (SELECT model_id, sum(exposures) AS exposures, max(deepest) AS deepest FROM volume GROUP BY model_id),
answers AS (
    SELECT model_id, count(DISTINCT request_id) AS answered FROM attributed WHERE clicked GROUP BY model_id
),
possible AS (
    SELECT model_id, exposures, coalesce(answered, 0) AS answered
    FROM sizes
    LEFT JOIN answers USING (model_id)
    WHERE deepest IS NULL OR coalesce(answered, 0) * deepest >= 0.75 * exposures
),
guesses AS (
    SELECT model_id, approx_count_distinct(request_id) AS requests
    FROM exposures
    SEMI JOIN (FROM possible WHERE exposures > 100000) AS large USING (model_id)
    GROUP BY model_id
)
SELECT
    model_id,
    requests,
    answered,
    requests IS NULL OR answered >= 0.75 * requests AS doubtful
FROM possible
LEFT JOIN guesses USING (model_id)
