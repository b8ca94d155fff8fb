-- What silence means for each model. Labels arrive for nearly every exposure of some outcomes and for none of others:
-- there, an exposure without feedback is unknown. Anywhere else it is a "no". {labels} is what was asked for.
SELECT
    model,
    coalesce(
        {labels},
        bool_or(exposures >= 20 AND labelled >= 0.9 * exposures) AND bool_or(exposures >= 20 AND labelled = 0)
    ) AS labels
FROM lives
GROUP BY model
