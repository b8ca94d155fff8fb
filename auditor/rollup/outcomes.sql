-- `outcome_counts`, with zeros for what the log has no column for, and the model's own choices (`exploit`).
SELECT
    model,
    retrain,
    last,
    item,
    exposures,
    {or_nothing}
    exploit_a,
    exposures - explore - holdout AS exploit
FROM outcome_counts
