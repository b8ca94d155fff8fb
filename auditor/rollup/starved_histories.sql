-- What starved outcomes brought. `tries` are at the last retrain's level; `tries_most` are those at the upper bound of the
-- levels (95 %, one-sided): an error in a level is shared by all outcomes of a retrain, and must not make winners of
-- them. Rates move, by a twentieth from one retrain to the next at a guess: of c clicks of k retrains ago, and of the
-- tries behind them, a share of 1 / (1 + c k / 400) still counts.
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
        tries_last,
        outcomes.clicks,
        CASE WHEN labels THEN outcomes.labelled ELSE outcomes.exposures END AS tries,
        tries >= need AS fed,
        level,
        error,
        1 / (1 + tries * rate * age / 400) AS worth
    FROM outcomes
    JOIN starved USING (model, item)
    JOIN levelled USING (model, retrain)
),
summed AS (
    SELECT
        model,
        item,
        tries_last,
        sum(clicks * worth) AS clicks,
        sum(tries * level * worth) AS tries,
        sum(tries * level * error * worth) AS tries_error,
        sum(tries * level * exp(1.645 * error) * worth) AS tries_most,
        arg_max(clicks, retrain) FILTER (fed) AS fed_clicks,
        arg_max(tries * level, retrain) FILTER (fed) AS fed_tries
    FROM learned
    GROUP BY model, item, tries_last
)
SELECT
    model,
    item,
    clicks,
    greatest(tries, clicks) AS tries,
    greatest(tries_most, clicks) AS tries_most,
    tries_error / nullif(tries, 0) AS error,
    tries_last,
    fed_clicks,
    fed_tries
FROM summed
