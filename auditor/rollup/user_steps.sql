-- Sampled users over two spans of retrains that follow each other, by outcome and, where nine tenths of the rows have
-- one, by category (`grouped`). `alike` is the share of a user's pairs of exposures that are of the same thing;
-- `shared` sums the chances that an exposure of the user and one of each other user in the step are.
-- Pairs are taken across pages: outcomes on one page differ by construction. Ten pairs at least, in both spans.
WITH people AS (
    SELECT model, span, person, sum(n) AS n, sum(n) * sum(n) - sum(n * n) AS pairs
    FROM (SELECT model, span, person, page, count(*) AS n FROM user_sample GROUP BY model, span, person, page)
    GROUP BY model, span, person
    HAVING pairs >= 20
),
steps AS (
    SELECT model, person, before.span AS step
    FROM people AS before
    JOIN people AS after USING (model, person)
    WHERE after.span = before.span + 1
),
sides AS (
    SELECT model, person, step, late, n, pairs, span
    FROM steps
    CROSS JOIN (VALUES (FALSE, 0), (TRUE, 1)) AS ends (late, further)
    JOIN people USING (model, person)
    WHERE span = step + further
),
kept AS (SELECT * FROM user_sample SEMI JOIN sides USING (model, person, span)),
labelled AS (
    SELECT model FROM user_sample GROUP BY model
    HAVING count(category) >= 0.9 * count(*) AND min(category) <> max(category)
),
pages AS (
    SELECT model, span, person, page, FALSE AS grouped, item AS thing, count(*) AS n
    FROM kept
    GROUP BY model, span, person, page, item
    UNION ALL
    SELECT model, span, person, page, TRUE, category, count(*)
    FROM kept
    SEMI JOIN labelled USING (model)
    GROUP BY model, span, person, page, category
),
tastes AS (
    SELECT model, span, person, grouped, thing, sum(n) AS shown, sum(n) * sum(n) - sum(n * n) AS alike
    FROM pages
    GROUP BY model, span, person, grouped, thing
),
shares AS (
    SELECT model, grouped, step, late, person, thing, shown / n AS share, alike / pairs AS alike
    FROM sides
    JOIN tastes USING (model, span, person)
),
totals AS (
    SELECT model, grouped, step, late, thing, sum(share) AS total
    FROM shares
    GROUP BY model, grouped, step, late, thing
)
SELECT
    model,
    grouped,
    step,
    person,
    CAST(sum(alike) FILTER (NOT late) AS DOUBLE) AS alike_before,
    CAST(sum(alike) FILTER (late) AS DOUBLE) AS alike_after,
    CAST(sum(share * (total - share)) FILTER (NOT late) AS DOUBLE) AS shared_before,
    CAST(sum(share * (total - share)) FILTER (late) AS DOUBLE) AS shared_after
FROM shares
JOIN totals USING (model, grouped, step, late, thing)
GROUP BY model, grouped, step, person
