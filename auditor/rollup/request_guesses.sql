-- Requests of each large model by HyperLogLog (within about 8 %), and how many requests have feedback. `doubtful` where
-- that leaves the verdict open, and for small models, which cost little to count. Not counted where even the model's
-- deepest slates could not make nearly all requests answered.
WITH slates AS (
    SELECT model_id, max(position) AS deepest
    FROM exposures
    SEMI JOIN often_answered USING (model_id)
    GROUP BY model_id
),
answered AS (
    SELECT model_id, count(DISTINCT request_id) AS answered
    FROM attributed
    SEMI JOIN often_answered USING (model_id)
    WHERE clicked
    GROUP BY model_id
),
possible AS (
    SELECT model_id, exposures, coalesce(answered, 0) AS answered
    FROM often_answered
    LEFT JOIN slates USING (model_id)
    LEFT JOIN answered USING (model_id)
    WHERE deepest IS NULL OR coalesce(answered, 0) * deepest >= 0.75 * exposures
),
guesses AS (
    SELECT model_id, approx_count_distinct(request_id) AS requests
    FROM exposures
    SEMI JOIN (FROM often_answered WHERE exposures > 100000) AS large USING (model_id)
    GROUP BY model_id
)
SELECT
    model_id,
    requests,
    answered,
    requests IS NULL OR answered >= 0.75 * requests AS doubtful
FROM possible
LEFT JOIN guesses USING (model_id)
