-- Outcomes in the first retrain of a model beside the same in the last one, where there are others in between: as
-- `steps`, over these two alone.
WITH shown AS (
    SELECT
        model,
        retrain,
        last,
        item,
        hash(model, item) AS life,
        exploit,
        exploit_a,
        CASE WHEN {of_labels} THEN labelled ELSE exposures END AS learnable
    FROM outcomes
    WHERE last > 1 AND retrain IN (0, last) AND {part}
)
SELECT
    * EXCLUDE (life),
    coalesce(lead(life) OVER () = life, FALSE) AS goes_on,
    NOT coalesce(lag(life) OVER () = life, FALSE) AS resumed,
    lead(exploit) OVER () AS next_exploit,
    lead(exploit_a) OVER () AS next_exploit_a,
    lead(learnable) OVER () AS next_learnable
FROM shown
