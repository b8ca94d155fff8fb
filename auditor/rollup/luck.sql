-- Whether what luck gave outcomes in one retrain moved their exposure in the next: the sums of a slope, a row a model
-- and a way to know luck. `own` is luck on the model's own rows, `outside` on explore and holdout rows.
-- luck: feedback over what the outcome's rate over all its retrains makes of its rows, in standard deviations. Given
-- how often it was shown and clicked in all, its mean is 0 under any policy that does not look at feedback, whatever
-- the exposures are; so is that of its product with anything that exposures alone decide. An outcome with no rows in
-- another retrain has no known luck (0): it counts in the growth of all, not in the slope.
-- growth: log of exposures, next retrain over this one, beside outcomes shown alike (a line through the log of
-- exposures, for each retrain): those shown much by chance fall back, lucky or not.
-- Outcomes with 10 exposures or more that could be shown in both retrains. Sums are kept by outcome first: its luck in
-- one retrain is not independent of that in another.
WITH starts AS (
    SELECT model, retrain, min(first_at) AS first_at, max(retrain) OVER (PARTITION BY model) AS last
    FROM retrains
    WHERE retrain IS NOT NULL
    GROUP BY model, retrain
),
rows_of AS NOT MATERIALIZED (
    SELECT
        model,
        retrain,
        last,
        item,
        exposures,
        exploit,
        CASE WHEN {of_labels} THEN labelled ELSE exploit END AS own,
        CASE WHEN {of_labels} THEN clicks ELSE clicks - clicks_outside END AS own_hits,
        CASE WHEN {of_labels} THEN 0 ELSE explore + holdout END AS outside,
        CASE WHEN {of_labels} THEN 0 ELSE clicks_outside END AS outside_hits
    FROM outcomes
    WHERE retrain IS NOT NULL
),
turned_over AS (
    SELECT model, item, opened.retrain
    FROM (FROM catalogue_outcomes WHERE {dated} AND (available_from IS NOT NULL OR available_to IS NOT NULL)) AS dated
    JOIN starts AS opened USING (model)
    JOIN starts AS begun USING (model)
    WHERE begun.retrain = opened.retrain + 1
        AND (available_from > opened.first_at OR available_to <= begun.first_at)
),
shown AS (
    SELECT rows_of.*
    FROM rows_of
    ANTI JOIN turned_over USING (model, item, retrain)
    WHERE retrain < last AND exposures >= 10
),
-- All rows of these outcomes; where the log is sparse, they are few.
kept AS MATERIALIZED (
    SELECT model, retrain, item, exploit, own, own_hits, outside, outside_hits
    FROM rows_of
    SEMI JOIN shown USING (model, item)
),
lifetimes AS (
    SELECT
        model,
        item,
        sum(own) AS all_own,
        sum(own_hits) AS all_own_hits,
        sum(outside) AS all_outside,
        sum(outside_hits) AS all_outside_hits
    FROM kept
    GROUP BY model, item
),
followed AS (
    SELECT shown.*, coalesce(later.exploit, 0) AS later, lifetimes.* EXCLUDE (model, item)
    FROM shown
    JOIN lifetimes USING (model, item)
    LEFT JOIN kept AS later
        ON shown.model = later.model AND shown.item = later.item AND shown.retrain + 1 = later.retrain
),
tried AS (
    SELECT
        model, retrain, item, 'own' AS way, exploit, later, own AS n, own_hits AS hits,
        all_own AS all_n, all_own_hits / nullif(all_own, 0) AS rate, 1.0 AS share
    FROM followed
    WHERE exploit >= 10
    UNION ALL
    SELECT
        model, retrain, item, 'outside', exploit, later, outside, outside_hits,
        all_outside, all_outside_hits / all_outside, outside / exposures
    FROM followed
    WHERE outside > 0
),
measured AS (
    SELECT
        model,
        retrain,
        item,
        way,
        ln(exploit + 0.5) AS size,
        ln((later + 0.5) / (exploit + 0.5)) AS growth,
        CASE
            WHEN n > 0 AND n < all_n AND rate > 0 AND rate < 1
                THEN sqrt(share) * (hits - n * rate) / sqrt(n * rate * (1 - rate))
            ELSE 0
        END AS luck
    FROM tried
),
usual AS (
    SELECT
        model,
        retrain,
        way,
        avg(size) AS size,
        avg(growth) AS growth,
        coalesce(covar_pop(size, growth) / nullif(var_pop(size), 0), 0) AS slope
    FROM measured
    GROUP BY model, retrain, way
),
by_outcome AS (
    SELECT
        model,
        way,
        item,
        count(*) AS retrains,
        sum(luck * (measured.growth - usual.growth - usual.slope * (measured.size - usual.size))) AS moved,
        sum(luck * luck) AS squared
    FROM measured
    JOIN usual USING (model, retrain, way)
    WHERE luck <> 0
    GROUP BY model, way, item
)
SELECT
    model,
    way,
    count(*) AS outcomes,
    CAST(sum(retrains) AS BIGINT) AS steps,
    sum(moved) AS moved,
    sum(squared) AS squared,
    sum(moved * moved) AS moved_moved,
    sum(moved * squared) AS moved_squared,
    sum(squared * squared) AS squared_squared
FROM by_outcome
GROUP BY model, way
