-- Explore rows of each model's last retrain by the unit that may have been drawn for them, as the sums that the error
-- of their share needs: rows of one user or request are not drawn apart. Only counted where a share was configured.
-- Holdout rows are no part of the draw. {unit} is the user, else the request, else the exposure.
WITH last_retrains AS (
    SELECT model, model_id, model_version
    FROM retrains
    WHERE retrain IS NOT NULL
    QUALIFY retrain = max(retrain) OVER (PARTITION BY model)
),
units AS (
    SELECT model, {unit} AS unit, count(*) AS drawn, count(*) FILTER ({explore}) AS explored
    FROM exposures
    JOIN last_retrains USING (model_id, model_version)
    WHERE NOT coalesce({holdout}, FALSE)
    GROUP BY model, unit
)
SELECT
    model,
    count(*) AS units,
    CAST(sum(drawn) AS BIGINT) AS drawn,
    CAST(sum(explored) AS BIGINT) AS explored,
    sum(CAST(drawn AS DOUBLE) * drawn) AS drawn_squared,
    sum(CAST(explored AS DOUBLE) * explored) AS explored_squared,
    sum(CAST(drawn AS DOUBLE) * explored) AS both_ways
FROM units
GROUP BY model
