-- How many outcomes of each model have the same history, tries to three digits: what their prior is made of.
SELECT
    model,
    clicks_ever AS clicks,
    round(tries_ever, 2 - CAST(floor(log10(greatest(tries_ever, 1))) AS INTEGER)) AS tries,
    count(*) AS outcomes
FROM histories
GROUP BY ALL
