-- Of each model: feedback that names it and lies on another's exposures alone (`alone`, by who chose them), feedback of
-- its own that the other had shown too (`both_showed`), and feedback that the other was credited with though it had shown the
-- same (`credited`).
WITH models AS (SELECT DISTINCT model, model_id FROM retrains),
counted AS (
    SELECT model_id, chosen_by AS other, feedback AS alone, 0 AS both_showed, 0 AS credited FROM crossings
    UNION ALL
    SELECT model_id, also_shown_by, 0, feedback, 0 FROM shared_feedback
    UNION ALL
    SELECT also_shown_by, model_id, 0, 0, feedback FROM shared_feedback
)
SELECT
    model,
    other,
    CAST(sum(alone) AS BIGINT) AS alone,
    CAST(sum(both_showed) AS BIGINT) AS both_showed,
    CAST(sum(credited) AS BIGINT) AS credited
FROM counted
JOIN models USING (model_id)
GROUP BY model, other
