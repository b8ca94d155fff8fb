-- The one wide pass: exposures of each model's versions and outcomes ({counts}): all of them, those that the model itself
-- chose for one half of the users (`exploit_a`), and, where the log has columns for it, those of each policy and the
-- feedback that is joined to them.
-- Model and version go by the hash of both names here; without times all versions are one retrain, and go by that of the
-- model alone ({window}). An outcome goes by the hash of its name from here on (`items` has the names): no two of ten
-- million share one, but for a chance of 3 in a million.
-- Counts are kept narrow: this is the largest table there is. To count a CASE costs the engine less than a FILTER.
SELECT
    {window} AS names,
    hash(item_id) AS item,
    {counts}
FROM exposures
GROUP BY names, item
