-- The unfed outcomes of each model, those first that may still be the best: by the upper bound (95 %, Wilson) of their
-- feedback rate, with as many tries of the model's prior on top as it is worth. {asked} are (model, own count under
-- which an outcome is unfed, mean and strength of the prior, -1 where no feedback is known). Only what is told is named.
WITH given(model, below, prior, strength) AS (VALUES {asked}),
asked AS (
    SELECT
        model,
        CAST(below AS DOUBLE) AS below,
        CAST(prior AS DOUBLE) AS prior,
        CAST(strength AS DOUBLE) AS strength
    FROM given
),
shrunk AS (
    SELECT
        model,
        item,
        exposures,
        clicks,
        own,
        tries + strength AS trials,
        CASE WHEN prior >= 0 THEN (clicks + strength * prior) / trials END AS rate
    FROM plan_outcomes
    JOIN asked USING (model)
    WHERE feedable AND own < below
),
bounded AS (
    SELECT
        *,
        (rate + z * z / (2 * trials) + z * sqrt(rate * (1 - rate) / trials + z * z / (4 * trials * trials)))
            / (1 + z * z / trials) AS upper
    FROM shrunk
    CROSS JOIN (SELECT CAST(1.959964 AS DOUBLE) AS z) AS quantile
),
placed AS (
    SELECT *, row_number() OVER (PARTITION BY model ORDER BY upper DESC NULLS LAST, exposures, item) AS place
    FROM bounded
    QUALIFY place <= {most}
),
listed AS (
    SELECT DISTINCT hash(item_id) AS item, CAST(item_id AS VARCHAR) AS item_id
    FROM catalogue
    WHERE hash(item_id) IN (SELECT item FROM placed)
),
unlisted AS MATERIALIZED (SELECT DISTINCT item FROM placed ANTI JOIN listed USING (item)),
named AS (
    FROM listed
    UNION ALL
    SELECT DISTINCT hash(item_id), CAST(item_id AS VARCHAR)
    FROM (SELECT item_id FROM {named} UNION ALL SELECT item_id FROM organic)
    WHERE hash(item_id) IN (FROM unlisted)
)
SELECT model, item_id, exposures, clicks, own, upper
FROM placed
JOIN named USING (item)
ORDER BY model, upper DESC NULLS LAST, exposures, item_id
