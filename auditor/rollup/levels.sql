-- How high feedback rates were in each retrain beside the last one, outcome by outcome, so that neither a season nor a
-- better mix of outcomes passes for the quality of those shown then: Mantel and Haenszel's rate ratio over the outcomes
-- that both show, with the variance of its log (Greenland and Robins 1985).
-- A level is a whole number of 1 / 2^20: counts at such levels add up to the same to the last digit, in any order.
WITH learned AS NOT MATERIALIZED (
    SELECT model, retrain, last, item, clicks, CASE WHEN {of_labels} THEN labelled ELSE exposures END AS tries
    FROM outcomes
),
side_by_side AS (
    SELECT
        earlier.model,
        earlier.retrain,
        CAST(earlier.clicks AS DOUBLE) AS clicks,
        CAST(earlier.tries AS DOUBLE) AS tries,
        CAST(latest.clicks AS DOUBLE) AS clicks_last,
        CAST(latest.tries AS DOUBLE) AS tries_last
    FROM learned AS earlier
    JOIN (FROM learned WHERE retrain = last AND tries > 0) AS latest USING (model, item)
    WHERE earlier.retrain < earlier.last AND earlier.tries > 0
),
summed AS (
    SELECT
        model,
        retrain,
        sum(clicks * tries_last / (tries + tries_last)) AS higher,
        sum(clicks_last * tries / (tries + tries_last)) AS lower,
        sum((clicks + clicks_last) * tries * tries_last / ((tries + tries_last) * (tries + tries_last))) AS spread
    FROM side_by_side
    GROUP BY model, retrain
)
SELECT
    model,
    retrain,
    round(higher / lower * 1048576) / 1048576 AS level,
    sqrt(spread / (higher * lower)) AS error
FROM summed
WHERE higher > 0 AND lower > 0
UNION ALL
SELECT model, max(retrain), 1.0, 0.0
FROM retrains
WHERE retrain IS NOT NULL
GROUP BY model
