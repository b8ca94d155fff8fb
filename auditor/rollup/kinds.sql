-- What silence means for each model. Labels arrive for nearly every exposure of some outcomes and for none of others
-- (`one_sided`): there, an exposure without feedback is unknown. Anywhere else it is a "no". {labels} is what was asked
-- for. Where it is known who wrote the feedback, it is labels, and some may be lost.
WITH recognised AS (
    SELECT
        model,
        bool_or(labelled >= CASE WHEN written OR {labels} THEN 0.2 ELSE 0.9 END * exposures)
            AND bool_or(labelled = 0) AS one_sided
    FROM lives
    LEFT JOIN signed USING (model)
    WHERE exposures >= 20
    GROUP BY model
),
models AS (
    SELECT model, coalesce(one_sided, FALSE) AS one_sided
    FROM (SELECT DISTINCT model FROM retrains)
    LEFT JOIN recognised USING (model)
)
SELECT model, coalesce({labels}, one_sided) AS labels, labels AND one_sided AS one_sided
FROM models
