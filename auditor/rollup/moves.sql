-- How far exposure moved between the retrains of each pair, summed over its outcomes; n and m are their exposures.
-- jsd: plug-in Jensen-Shannon divergence in bits, of Lin (1991), IEEE Trans. Inf. Theory 37:145.
-- chi2: the same free of sampling bias, by cross-validation. In both retrains, users are cut into halves A and B; what
-- differs by chance in one half does not in the other, so with equal distributions every term has mean zero at any
-- volume, and chi2 / (8 ln 2) is a debiased divergence in bits, to second order. Its error comes from the terms
-- themselves, not from counting exposures as independent, so it holds for users who repeat themselves; the factor is
-- the multinomial covariance: what one outcome gains, others lose.
-- Compared are outcomes that both could show (`judged`); without a catalogue, those that both did.
-- *_twice and *_thrice: sum e(e - 1) and sum e(e - 1)(e - 2) of the outcomes that were there both times.
WITH known AS (SELECT model, max(listed) > 0 AS listed FROM windows GROUP BY model),
sides AS (
    SELECT
        model,
        retrain,
        earlier,
        NOT fresh AND NOT retired AS standing,
        CASE WHEN listed THEN standing ELSE before > 0 AND after > 0 END AS judged,
        CAST(outcomes AS DOUBLE) AS outcomes,
        CAST(before AS DOUBLE) AS x,
        CAST(after AS DOUBLE) AS y,
        CAST(before_a AS DOUBLE) AS a,
        CAST(after_a AS DOUBLE) AS c,
        x - a AS b,
        y - c AS d
    FROM pairs
    JOIN known USING (model)
),
totals AS (
    SELECT
        model,
        retrain,
        earlier,
        sum(outcomes * x) AS n,
        sum(outcomes * y) AS m,
        nullif(sum(outcomes * a) FILTER (judged), 0) AS n_a,
        nullif(sum(outcomes * b) FILTER (judged), 0) AS n_b,
        nullif(sum(outcomes * c) FILTER (judged), 0) AS m_c,
        nullif(sum(outcomes * d) FILTER (judged), 0) AS m_d
    FROM sides
    GROUP BY model, retrain, earlier
),
terms AS (
    SELECT
        sides.*,
        n,
        m,
        x / n AS p,
        y / m AS q,
        CASE WHEN judged THEN (x + y) / (n_a + n_b + m_c + m_d) END AS share,
        CASE WHEN share > 0 THEN (a / n_a - c / m_c) * (b / n_b - d / m_d) / share END AS term
    FROM sides
    JOIN totals USING (model, retrain, earlier)
    WHERE n > 0 AND m > 0
),
sums AS (
    SELECT
        model,
        retrain,
        earlier,
        any_value(n) AS n,
        any_value(m) AS m,
        sum(outcomes * (
            CASE WHEN p > 0 THEN p * log2(2 * p / (p + q)) ELSE 0 END
            + CASE WHEN q > 0 THEN q * log2(2 * q / (p + q)) ELSE 0 END
        )) / 2 AS jsd,
        coalesce(sum(outcomes * q) FILTER (x = 0), 0) AS entering,
        coalesce(sum(outcomes * p) FILTER (y = 0), 0) AS leaving,
        sum(outcomes * term) AS chi2,
        sum(outcomes * term * term) AS squares,
        sum(outcomes) FILTER (share > 0) AS shown,
        sum(outcomes * share * share) AS alike,
        bool_and(standing) AS same,
        sum(outcomes * x) FILTER (standing) AS before,
        sum(outcomes * x * (x - 1)) FILTER (standing) AS before_twice,
        sum(outcomes * x * (x - 1) * (x - 2)) FILTER (standing) AS before_thrice,
        sum(outcomes * y) FILTER (standing) AS after,
        sum(outcomes * y * (y - 1)) FILTER (standing) AS after_twice,
        sum(outcomes * y * (y - 1) * (y - 2)) FILTER (standing) AS after_thrice
    FROM terms
    GROUP BY model, retrain, earlier
)
SELECT
    * EXCLUDE (squares, shown, alike),
    CASE WHEN squares > 0 AND shown > 1 THEN sqrt(squares * (shown - 1) / (shown - 2 + alike)) END AS chi2_error
FROM sums
