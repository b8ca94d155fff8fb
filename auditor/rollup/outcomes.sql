-- What each model and retrain showed, and the feedback on it; of windows without a number, a row a version. Counts and
-- feedback are tables before they are joined: the engine then knows which is the smaller, and looks up in that. In order
-- of the outcomes, whatever is counted of each finds its place in the processor's cache: that saves three times what the
-- sort takes.
SELECT
    windows.model,
    windows.retrain,
    shown.* EXCLUDE (names, labelled, clicks, clicks_outside),
    CAST(shown.labelled + coalesce(answered.labelled, 0) AS INTEGER) AS labelled,
    CAST(shown.clicks + coalesce(answered.clicks, 0) AS INTEGER) AS clicks,
    CAST(shown.clicks_outside + coalesce(answered.clicks_outside, 0) AS INTEGER) AS clicks_outside,
    shown.exposures - explore - holdout AS exploit
FROM shown_counts AS shown
JOIN (SELECT DISTINCT model, retrain, {window} AS names FROM retrains) AS windows USING (names)
LEFT JOIN answered ON shown.names = answered.names AND shown.item = answered.item
ORDER BY shown.item
