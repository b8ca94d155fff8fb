-- The models with so much feedback that nearly all of their requests may be answered. No request holds more exposures than
-- the deepest slate of the log, which is known at no cost if all of it has positions; and no more requests are answered
-- than there are answers. A table of its own: the engine then knows how few they are.
WITH deepest_of_all AS (
    SELECT CASE
        WHEN NOT EXISTS (SELECT 1 FROM exposures WHERE position IS NULL LIMIT 1)
            THEN (SELECT max(position) FROM exposures)
    END AS deepest
),
sizes AS (SELECT model_id, sum(exposures) AS exposures FROM volume GROUP BY model_id),
answers AS (SELECT model_id, count(*) AS answers FROM attributed WHERE clicked GROUP BY model_id)
SELECT model_id, exposures
FROM sizes
LEFT JOIN answers USING (model_id)
CROSS JOIN deepest_of_all
WHERE deepest IS NULL OR coalesce(answers, 0) * deepest >= 0.75 * exposures
