-- The one wide pass: exposures of each model's versions and outcomes, by half of the users; and, where the log has
-- columns for it, split by policy, and with the feedback that is joined to them ({counted}).
-- Model and version go by the hash of both names here; without times all versions are one retrain, and go by that of the
-- model alone ({window}). An outcome goes by the hash of its name from here on (`items` has the names): no two of ten
-- million share one, but for a chance of 3 in a million.
-- {unit} is the column whose md5 halves the log. Counts are kept narrow: this is the largest table there is. To count a
-- CASE costs the engine less than a FILTER.
SELECT
    {window} AS names,
    hash(item_id) AS item,
    CAST(count(*) AS INTEGER) AS exposures,
    CAST(count(CASE WHEN md5(CAST({unit} AS VARCHAR)) < '8' AND {exploit} THEN 1 END) AS INTEGER) AS exploit_a
    {counted}
FROM exposures
GROUP BY names, item
