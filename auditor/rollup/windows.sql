-- One row a retrain: its volume, its feedback, and what one outcome needs to be fed.
-- need = min(3 / q, lambda / 2): with no click in 3 / q exposures an outcome as good as average is ruled out at 95 %
-- (rule of three); lambda is the even share of one outcome. What is shown out of its dates is in the catalogue too.
WITH totals AS (
    SELECT
        model,
        retrain,
        CAST(sum(exposures) AS BIGINT) AS exposures,
        CAST(sum(exploit) AS BIGINT) AS exploit,
        CAST(sum(logged) AS BIGINT) AS logged,
        CAST(sum(explore) AS BIGINT) AS explore,
        CAST(sum(holdout) AS BIGINT) AS holdout,
        CAST(sum(exploit_a) AS BIGINT) AS exploit_a,
        CAST(sum(labelled) AS BIGINT) AS labelled,
        CAST(sum(clicks) AS BIGINT) AS clicks,
        CAST(sum(clicks_outside) AS BIGINT) AS clicks_outside,
        CAST(sum(CASE WHEN {of_labels} THEN labelled ELSE exposures END) AS BIGINT) AS learnable,
        CAST(count(*) AS BIGINT) AS shown,
        bool_or({of_labels}) AS labels
    FROM outcomes
    WHERE retrain IS NOT NULL
    GROUP BY model, retrain
)
SELECT
    totals.*,
    catalogue.outcomes,
    coalesce(listed, 0) AS listed,
    coalesce(standing, 0) AS standing,
    coalesce(dated, FALSE) AS dated,
    learnable / catalogue.outcomes AS even_share,
    least(coalesce(3.0 * learnable / nullif(clicks, 0), 'infinity'), 0.5 * learnable / catalogue.outcomes) AS need
FROM totals
LEFT JOIN catalogue_sizes USING (model, retrain)
CROSS JOIN LATERAL (SELECT greatest(coalesce(catalogue_sizes.outcomes, 0), shown) AS outcomes) AS catalogue
