-- The weights 1 / p of each model's last retrain, by segment and in steps of a ninth: how many rows weigh how much, and
-- how much of that was clicked or explored. Segments of less than a thousand rows are one. Clicks of a log of their own find their
-- row by request and item.
WITH last_retrains AS (
    SELECT model, model_id, model_version
    FROM retrains
    WHERE retrain IS NOT NULL
    QUALIFY retrain = max(retrain) OVER (PARTITION BY model)
),
answers AS (
    SELECT DISTINCT model_id, request_id, item_id FROM attributed WHERE {separate} AND clicked AND request_id IS NOT NULL
),
weighed AS (
    SELECT
        model,
        segment,
        CAST(floor(8 * log2(1 / propensity)) AS INTEGER) AS step,
        count(*) AS rows_weighed,
        count(*) FILTER (propensity >= 1) AS certain,
        count(*) FILTER ({explore}) AS explored,
        coalesce(sum(1 / propensity) FILTER ({explore}), 0) AS explored_weight,
        max(1 / propensity) AS heaviest,
        sum(1 / propensity) AS weight,
        sum(1 / (propensity * propensity)) AS squares,
        coalesce(sum(1 / propensity) FILTER ({clicked} OR answers.item_id IS NOT NULL), 0) AS clicked,
        coalesce(sum(1 / (propensity * propensity)) FILTER ({clicked} OR answers.item_id IS NOT NULL), 0)
            AS clicked_squares
    FROM exposures
    JOIN last_retrains USING (model_id, model_version)
    LEFT JOIN answers USING (model_id, request_id, item_id)
    WHERE propensity IS NOT NULL
    GROUP BY model, segment, step
),
sized AS (SELECT *, sum(rows_weighed) OVER (PARTITION BY model, segment) AS segment_rows FROM weighed)
SELECT
    model,
    CASE WHEN segment_rows >= 1000 THEN segment END AS segment,
    step,
    CAST(sum(rows_weighed) AS BIGINT) AS rows_weighed,
    CAST(sum(certain) AS BIGINT) AS certain,
    CAST(sum(explored) AS BIGINT) AS explored_rows,
    sum(explored_weight) AS explored_weight,
    max(heaviest) AS heaviest,
    sum(weight) AS weight,
    sum(squares) AS squares,
    sum(clicked) AS clicked,
    sum(clicked_squares) AS clicked_squares
FROM sized
GROUP BY ALL
