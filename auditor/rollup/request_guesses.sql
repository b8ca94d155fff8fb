-- Requests of each large model by HyperLogLog (within about 8 %), and how many requests have feedback. `doubtful` where
-- that leaves the verdict open, and for small models, which cost little to count. Not counted where even the deepest
-- slates (no request holds more exposures) could not make nearly all requests answered: first by the deepest of the
-- whole log, if all of it has positions, which costs nothing; then by that of each model that is left.
WITH deepest_of_all AS (
    SELECT CASE
        WHEN NOT EXISTS (SELECT 1 FROM exposures WHERE position IS NULL LIMIT 1)
            THEN (SELECT max(position) FROM exposures)
    END AS deepest
),
sizes AS (SELECT model_id, sum(exposures) AS exposures FROM volume GROUP BY model_id),
-- No more requests are answered than there are answers, which cost less to count.
answers AS (SELECT model_id, count(*) AS answers FROM attributed WHERE clicked GROUP BY model_id),
likely AS (
    SELECT model_id, exposures
    FROM sizes
    LEFT JOIN answers USING (model_id)
    CROSS JOIN deepest_of_all
    WHERE deepest IS NULL OR coalesce(answers, 0) * deepest >= 0.75 * exposures
),
slates AS (SELECT model_id, max(position) AS deepest FROM exposures SEMI JOIN likely USING (model_id) GROUP BY model_id),
answered AS (
    SELECT model_id, count(DISTINCT request_id) AS answered
    FROM attributed
    SEMI JOIN likely USING (model_id)
    WHERE clicked
    GROUP BY model_id
),
possible AS (
    SELECT model_id, exposures, coalesce(answered, 0) AS answered
    FROM likely
    LEFT JOIN slates USING (model_id)
    LEFT JOIN answered USING (model_id)
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
