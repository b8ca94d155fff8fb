-- How many outcomes of each model have the same history, tries to three digits: what their prior is made of.
-- Many histories are alike to the last digit: each of them is rounded once.
WITH alike AS (
    SELECT model, clicks_ever, tries_ever, count(*) AS outcomes
    FROM histories
    GROUP BY model, clicks_ever, tries_ever
)
SELECT
    model,
    clicks_ever AS clicks,
    round(tries_ever, 2 - CAST(floor(log10(greatest(tries_ever, 1))) AS INTEGER)) AS tries,
    CAST(sum(outcomes) AS BIGINT) AS outcomes
FROM alike
GROUP BY model, clicks, tries
