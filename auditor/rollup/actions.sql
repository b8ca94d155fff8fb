-- Decisions of each model and retrain by action, and the labels on them. A model decides if its feedback is a label
-- (`kinds`), or if it has few outcomes and its feedback says no as well as yes, unless it was said to be a click. With
-- more than two hundred outcomes these are things, not actions.
WITH sizes AS (SELECT model, count(*) AS outcomes FROM lives GROUP BY model HAVING count(*) <= 200),
answers AS (
    SELECT model, sum(labelled) - sum(clicks) AS refusals
    FROM outcomes
    SEMI JOIN sizes USING (model)
    WHERE retrain IS NOT NULL
    GROUP BY model
),
deciders AS (
    SELECT model
    FROM sizes
    JOIN answers USING (model)
    JOIN kinds USING (model)
    WHERE labels OR (coalesce({labels}, TRUE) AND outcomes <= 20 AND refusals > 0)
)
SELECT
    model,
    retrain,
    item,
    CAST(exposures AS BIGINT) AS decisions,
    CAST(explore + holdout AS BIGINT) AS randomised,
    CAST(labelled AS BIGINT) AS labelled,
    CAST(clicks AS BIGINT) AS positive
FROM outcomes
SEMI JOIN deciders USING (model)
WHERE retrain IS NOT NULL
