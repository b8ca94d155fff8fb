-- `outcome_counts`, with zeros for what the log has no column for, and the model's own choices (`exploit`); in the order
-- of that table.
SELECT
    model,
    retrain,
    last,
    item,
    exposures,
    exploit_a,
    {all_counts},
    exposures - explore - holdout AS exploit
FROM outcome_counts
