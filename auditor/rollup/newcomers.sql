-- Outcomes that came while the log ran, by `cohort`, the retrain in which they came: how many got what they need to be
-- learned about so many retrains later (`delay`; null: never), and with how many exposures of an even spread
-- (`chance`, to one decimal) while they were available; `got` is what they had of it, all of them together. `alive` ones
-- can be shown in the last retrain, `fed_last` have all they need in that one alone.
WITH spans AS (
    SELECT
        model,
        retrain,
        min(first_at) AS first_at,
        max(last_at) AS last_at,
        max(retrain) OVER (PARTITION BY model) AS last
    FROM retrains
    WHERE retrain IS NOT NULL
    GROUP BY model, retrain
),
starts AS (
    SELECT spans.*, need, even_share
    FROM spans
    JOIN windows USING (model, retrain)
),
days AS (
    SELECT
        entrants.model,
        entrants.item,
        dated,
        cohort,
        starts.retrain,
        starts.retrain = starts.last AS is_last,
        need,
        even_share * CASE
            WHEN last_at <= first_at THEN 1
            ELSE greatest(
                epoch(least(last_at, coalesce(available_to, last_at)))
                - epoch(greatest(first_at, coalesce(available_from, first_at))), 0
            ) / (epoch(last_at) - epoch(first_at))
        END AS chance,
        coalesce(CASE WHEN labels THEN labelled ELSE exposures END, 0) AS learnable
    FROM entrants
    JOIN starts ON entrants.model = starts.model AND starts.retrain >= cohort
        AND coalesce(available_to > first_at, TRUE)
    LEFT JOIN kinds ON kinds.model = entrants.model
    LEFT JOIN (FROM outcomes SEMI JOIN entrants USING (model, item)) AS outcomes
        ON outcomes.model = entrants.model AND outcomes.item = entrants.item AND outcomes.retrain = starts.retrain
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
