-- The name of every outcome behind its hash.
SELECT DISTINCT hash(item_id) AS item, item_id
FROM (
    SELECT item_id FROM exposures
    UNION ALL
    SELECT item_id FROM catalogue
    UNION ALL
    SELECT item_id FROM organic
)
