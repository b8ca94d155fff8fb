-- The starved outcomes whose own history lies above what is shown now, the model's own choices of the last retrain: the
-- few that can be missed winners. Those that the retrain which last fed them found to be worse (90 %) had their chance.
WITH shown AS (
    SELECT
        model,
        CASE WHEN labels THEN clicks / nullif(learnable, 0) ELSE (clicks - clicks_outside) / nullif(exploit, 0) END
            AS rate
    FROM windows
    QUALIFY retrain = max(retrain) OVER (PARTITION BY model)
)
SELECT model, item, clicks, tries, tries_most, error, tries_last
FROM starved_histories
JOIN shown USING (model)
WHERE clicks >= 2 AND clicks > tries_most * rate
    AND coalesce(fed_clicks >= fed_tries * rate - 1.28 * sqrt(fed_tries * rate), TRUE)
