-- Outcomes that came while the log ran, and the retrain in which they came (`cohort`).
-- Where the catalogue dates outcomes, those that became available after the first exposure of the model, and were not
-- shown before. Elsewhere those first shown after the second retrain, with five exposures or more (at low volume,
-- chance alone shows old ones late): a newcomer that was never shown is not among them.
-- A table of its own: the engine then knows how few they are, and joins accordingly.
WITH starts AS (
    SELECT
        model,
        retrain,
        max(last_at) AS last_at,
        min(min(first_at)) OVER (PARTITION BY model) AS begun_at
    FROM retrains
    WHERE retrain IS NOT NULL
    GROUP BY model, retrain
),
entered AS (
    SELECT model, item, available_from, available_to, min(retrain) AS cohort
    FROM (FROM catalogue_outcomes WHERE {dated}) AS catalogue
    JOIN starts USING (model)
    WHERE available_from > begun_at AND available_from < last_at
    GROUP BY model, item, available_from, available_to
)
SELECT model, item, available_from, available_to, cohort, TRUE AS dated
FROM entered
LEFT JOIN (FROM lives SEMI JOIN entered USING (model, item)) AS lives USING (model, item)
WHERE coalesce(first_retrain >= cohort, TRUE)
UNION ALL
SELECT model, item, NULL, NULL, first_retrain, FALSE
FROM lives
ANTI JOIN (FROM catalogue_outcomes WHERE available_from IS NOT NULL) AS dated USING (model)
WHERE first_retrain >= 2 AND launch >= 5
