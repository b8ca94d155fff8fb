-- What each model and retrain showed, and the feedback on it, as far as the log has columns for it ({known_counts}); of
-- windows without a number, a row a version. `last` is the model's last retrain.
-- Counts and feedback are tables before they are joined: the engine then knows which is the smaller, and looks up in
-- that. In order, whatever is counted of each outcome finds its place in the processor's cache, and retrains of one
-- outcome lie side by side: `steps` rests on that. It saves more than the sort takes.
SELECT windows.model, windows.retrain, windows.last, shown.item, {known_counts}
FROM shown_counts AS shown
JOIN (
    SELECT DISTINCT model, retrain, max(retrain) OVER (PARTITION BY model) AS last, {window} AS names FROM retrains
) AS windows USING (names)
LEFT JOIN answered ON shown.names = answered.names AND shown.item = answered.item
ORDER BY item, model, retrain
