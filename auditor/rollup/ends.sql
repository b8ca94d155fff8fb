-- Outcomes in the first retrain of a model beside the same in the last one, where there are others in between: as
-- `steps`, over the rows of these two alone.
SELECT
    * EXCLUDE (life),
    coalesce(lead(life) OVER () = life, FALSE) AS goes_on,
    NOT coalesce(lag(life) OVER () = life, FALSE) AS resumed,
    lead(exploit) OVER () AS next_exploit,
    lead(exploit_a) OVER () AS next_exploit_a,
    lead(learnable) OVER () AS next_learnable
FROM numbered
WHERE last > 1 AND retrain IN (0, last) AND {part}
