-- Outcomes in each retrain that has a number, in the order of `outcome_counts`: what the model chose of them, and what
-- can be learned about them.
SELECT
    model,
    retrain,
    last,
    item,
    hash(model, item) AS life,  -- one thing to look at beside, in place of two
    exploit,
    exploit_a,
    CASE WHEN {of_labels} THEN labelled ELSE exposures END AS learnable
FROM outcomes
WHERE retrain IS NOT NULL
