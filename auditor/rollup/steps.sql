-- Outcomes in each retrain beside the same in the next one (`next_*`, if it `goes_on` there); `resumed` ones were not
-- shown in the retrain before. `outcome_counts` lies in the order of outcome, model and retrain, so a row has to be held
-- against none but the one that follows. A window over () is just that: the engine fills it as it reads, in the order of
-- the table, at a fraction of what a join takes. It does so in one thread, so each has a part of the outcomes ({part}).
SELECT
    * EXCLUDE (life),
    coalesce(lead(life) OVER () = life AND lead(retrain) OVER () = retrain + 1, FALSE) AS goes_on,
    NOT coalesce(lag(life) OVER () = life AND lag(retrain) OVER () = retrain - 1, FALSE) AS resumed,
    lead(exploit) OVER () AS next_exploit,
    lead(exploit_a) OVER () AS next_exploit_a,
    lead(learnable) OVER () AS next_learnable
FROM numbered
WHERE {part}
