-- What each retrain gave to the outcomes that were unfed in the one before, of those that were in the catalogue both
-- times. Promoted outcomes jump above what uniform exposure could give them: they were chosen, not explored.
WITH judged AS (
    SELECT
        pairs.model,
        pairs.retrain,
        current.standing,
        pairs.outcomes,
        CAST(pairs.learnable AS DOUBLE) * pairs.outcomes AS exposures,
        pairs.learnable_before < former.need AS unfed,
        unfed AND pairs.learnable > current.even_share + 3 * sqrt(current.even_share) + 3 AS promoted
    FROM pairs
    JOIN windows AS former ON former.model = pairs.model AND former.retrain = pairs.earlier
    JOIN windows AS current ON current.model = pairs.model AND current.retrain = pairs.retrain
    WHERE pairs.earlier = pairs.retrain - 1 AND NOT fresh AND NOT retired AND current.standing > 0
)
SELECT
    model,
    retrain,
    standing,
    CAST(coalesce(sum(exposures) FILTER (unfed AND NOT promoted), 0) AS BIGINT) AS explored,
    CAST(sum(exposures) AS BIGINT) AS chances,
    CAST(coalesce(sum(outcomes) FILTER (promoted), 0) AS BIGINT) AS promoted,
    CAST(standing - coalesce(sum(outcomes) FILTER (NOT unfed), 0) AS BIGINT) AS unfed
FROM judged
GROUP BY model, retrain, standing
