-- Requests of each model, and how many of them have feedback. A log that keeps an exposure only where a click happened
-- shows nearly all. Counted exactly wherever a guess leaves the verdict open.
WITH exact AS (
    SELECT model_id, count(DISTINCT request_id) AS requests
    FROM exposures
    SEMI JOIN (FROM request_guesses WHERE doubtful) AS doubts USING (model_id)
    GROUP BY model_id
)
SELECT model_id, coalesce(exact.requests, request_guesses.requests) AS requests, answered
FROM request_guesses
LEFT JOIN exact USING (model_id)
