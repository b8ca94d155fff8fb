-- Outcomes that came while the log ran, by `cohort`, the retrain in which they came: how many got what they need to be
-- learned about so many retrains later (`delay`; null: never), and with how many exposures of an even spread
-- (`chance`, to one decimal) while they were available; `got` is what they had of it, all of them together. `alive` ones
-- can be shown in the last retrain, `fed_last` have all they need in that one alone.
-- Where the catalogue dates outcomes, those that became available after the first exposure of the model, and were not
-- shown before. Elsewhere those first shown after the second retrain, with five exposures or more (at low volume,
-- chance alone shows old ones late): a newcomer that was never shown is not among them.
WITH spans AS (
    SELECT
        model,
        retrain,
        min(first_at) AS first_at,
        max(last_at) AS last_at,
        max(retrain) OVER (PARTITION BY model) AS last,
        min(min(first_at)) OVER (PARTITION BY model) AS begun_at
    FROM retrains
    WHERE retrain IS NOT NULL
    GROUP BY model, retrain
),
starts AS (
    SELECT spans.*, need, even_share
    FROM spans
    JOIN windows USING (model, retrain)
),
entered AS (
    SELECT model, item, available_from, available_to, min(retrain) AS cohort
    FROM catalogue_outcomes
    JOIN starts USING (model)
    WHERE available_from > begun_at AND available_from < last_at
    GROUP BY model, item, available_from, available_to
),
newcomers AS (
    SELECT model, item, available_from, available_to, cohort, TRUE AS dated
    FROM entered
    LEFT JOIN lives USING (model, item)
    WHERE coalesce(first_retrain >= cohort, TRUE)
    UNION ALL
    SELECT model, item, NULL, NULL, first_retrain, FALSE
    FROM lives
    ANTI JOIN (FROM catalogue_outcomes WHERE available_from IS NOT NULL) AS dated USING (model)
    WHERE first_retrain >= 2 AND launch >= 5
),
days AS (
    SELECT
        newcomers.model,
        newcomers.item,
        dated,
        cohort,
        starts.retrain,
        starts.retrain = last AS is_last,
        need,
        even_share * CASE
            WHEN last_at <= first_at THEN 1
            ELSE greatest(
                epoch(least(last_at, coalesce(available_to, last_at)))
                - epoch(greatest(first_at, coalesce(available_from, first_at))), 0
            ) / (epoch(last_at) - epoch(first_at))
        END AS chance,
        coalesce(CASE WHEN labels THEN labelled ELSE exposures END, 0) AS learnable
    FROM newcomers
    JOIN starts ON newcomers.model = starts.model AND starts.retrain >= cohort
        AND coalesce(available_to > first_at, TRUE)
    LEFT JOIN kinds ON kinds.model = newcomers.model
    LEFT JOIN outcomes
        ON outcomes.model = newcomers.model AND outcomes.item = newcomers.item AND outcomes.retrain = starts.retrain
),
added_up AS (
    SELECT *,
        sum(learnable) OVER (PARTITION BY model, item ORDER BY retrain) AS got,
        first_value(need) OVER (PARTITION BY model, item ORDER BY retrain) AS needed
    FROM days
),
lived AS (
    SELECT
        model,
        item,
        dated,
        cohort,
        needed,
        min(retrain) FILTER (got >= needed) - cohort AS delay,
        sum(chance) AS chance,
        sum(learnable) AS got,
        bool_or(is_last) AS alive,
        bool_or(is_last AND learnable >= need) AS fed_last
    FROM added_up
    GROUP BY model, item, dated, cohort, needed
)
SELECT
    model,
    dated,
    cohort,
    needed AS need,
    delay,
    round(chance, 1) AS chance,
    alive,
    fed_last,
    count(*) AS outcomes,
    CAST(sum(got) AS BIGINT) AS got
FROM lived
GROUP BY model, dated, cohort, needed, delay, round(chance, 1), alive, fed_last
