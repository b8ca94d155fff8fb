-- What the value of a click is, of each model: its purchases, counted, where there are a hundred; else what the
-- feedback carries itself, where that is more than 0 and 1; else its commonest second event, summed where nine tenths
-- of its events carry a value (seconds, stars). Not events that come before a click or speak against it, and no labels:
-- those may be the numbers of classes.
WITH own AS (
    SELECT model_id, count(*) AS events
    FROM attributed
    WHERE clicked AND value <> 0
    GROUP BY model_id
    HAVING count(*) FILTER (value <> events) >= 0.01 * count(*)
        AND min(value / events) < max(value / events) AND count(label_source) = 0
),
followed AS (
    SELECT
        model_id,
        event,
        count(*) AS events,
        count(value) >= 0.9 * count(*) AS valued,
        regexp_matches(
            event, 'purchase|order|buy|bought|conver|checkout|transact|sale|cart|sign_?up|subscri|install|booking'
        ) AS bought
    FROM second_feedback
    WHERE NOT regexp_matches(
        event, 'impression|expos|^view|page_?view|hide|dislike|skip|report|unsub|return|refund|cancel|complain'
    )
    GROUP BY model_id, event
),
candidates AS (
    SELECT model_id, 'value' AS event, TRUE AS own, FALSE AS counted, 1 AS place, events FROM own
    UNION ALL
    SELECT model_id, event, FALSE, bought OR NOT valued, CASE WHEN bought AND events >= 100 THEN 0 ELSE 2 END, events
    FROM followed
)
SELECT model_id, event, own, counted
FROM candidates
QUALIFY row_number() OVER (PARTITION BY model_id ORDER BY place, events DESC, event) = 1
