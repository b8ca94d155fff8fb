-- What each outcome ever brought: its feedback over all retrains, and how many tries at the last retrain's level that
-- took; retrains of unknown level are left out. `tries_most` are those at the upper bound of the levels (95 %,
-- one-sided): an error in a level is shared by all outcomes of a retrain, and must not make winners of them.
-- Rates move, by a twentieth from one retrain to the next at a guess: of c clicks of k retrains ago, and of the tries
-- behind them, a share of 1 / (1 + c k / 400) still counts. `clicks_ever` of `tries_ever` are all of them.
-- `starved` are outcomes that get too little in the last retrain, though they were in the catalogue all the time;
-- `fed_clicks` of `fed_tries` is what they brought in the retrain that last fed them: perhaps they had their chance.
WITH levelled AS (
    SELECT
        model,
        retrain,
        labels,
        need,
        level,
        error,
        max(retrain) OVER (PARTITION BY model) - retrain AS age,
        clicks / nullif(learnable, 0) AS rate
    FROM windows
    JOIN levels USING (model, retrain)
),
learned AS (
    SELECT
        model,
        retrain,
        item,
        outcomes.clicks,
        CASE WHEN labels THEN outcomes.labelled ELSE outcomes.exposures END AS tries,
        tries >= need AS fed,
        level,
        error,
        age,
        1 / (1 + tries * rate * age / 400) AS worth
    FROM outcomes
    JOIN levelled USING (model, retrain)
),
summed AS (
    SELECT
        model,
        item,
        sum(clicks) AS clicks_ever,
        sum(tries * level) AS tries_ever,
        sum(clicks * worth) AS clicks,
        sum(tries * level * worth) AS tries,
        sum(tries * level * error * worth) AS tries_error,
        sum(tries * level * exp(1.645 * error) * worth) AS tries_most,
        coalesce(sum(tries) FILTER (age = 0), 0) AS tries_last,
        coalesce(bool_or(fed) FILTER (age = 0), FALSE) AS fed_last,
        arg_max(clicks, retrain) FILTER (fed) AS fed_clicks,
        arg_max(tries * level, retrain) FILTER (fed) AS fed_tries
    FROM learned
    GROUP BY model, item
),
ended AS (FROM windows QUALIFY retrain = max(retrain) OVER (PARTITION BY model)),
spans AS (
    SELECT model, retrain, min(first_at) AS first_at, max(last_at) AS last_at FROM retrains GROUP BY model, retrain
),
standing AS (
    SELECT model, item
    FROM catalogue_outcomes
    JOIN ended USING (model)
    JOIN spans USING (model, retrain)
    WHERE coalesce(available_from <= first_at, TRUE) AND coalesce(available_to > last_at, TRUE)
)
SELECT
    model,
    item,
    CAST(clicks_ever AS BIGINT) AS clicks_ever,
    greatest(tries_ever, clicks_ever) AS tries_ever,
    clicks,
    greatest(tries, clicks) AS tries,
    greatest(tries_most, clicks) AS tries_most,
    tries_error / nullif(tries, 0) AS error,
    CAST(tries_last AS BIGINT) AS tries_last,
    fed_clicks,
    fed_tries,
    NOT fed_last AND standing.item IS NOT NULL AS starved
FROM summed
LEFT JOIN standing USING (model, item)
