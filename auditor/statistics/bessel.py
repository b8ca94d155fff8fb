"""Modified Bessel functions of the first kind, scaled by exp(-x), as polars expressions."""

from __future__ import annotations

import polars as pl

from auditor.statistics.polynomial import polynomial

# Abramowitz and Stegun (1964), Handbook of Mathematical Functions, 9.8.1 to 9.8.4.
_SPLIT = 3.75
_I0_SMALL = (1.0, 3.5156229, 3.0899424, 1.2067492, 0.2659732, 0.0360768, 0.0045813)
_I1_SMALL = (0.5, 0.87890594, 0.51498869, 0.15084934, 0.02658733, 0.00301532, 0.00032411)
_I0_LARGE = (
    0.39894228, 0.01328592, 0.00225319, -0.00157565, 0.00916281,
    -0.02057706, 0.02635537, -0.01647633, 0.00392377,
)  # fmt: skip
_I1_LARGE = (
    0.39894228, -0.03988024, -0.00362018, 0.00163801, -0.01031555,
    0.02282967, -0.02895312, 0.01787654, -0.00420059,
)  # fmt: skip


def scaled_i0(x: pl.Expr) -> pl.Expr:
    """exp(-x) I0(x) for x >= 0, absolute error under 3e-7."""
    small = polynomial((x / _SPLIT) ** 2, _I0_SMALL) * (-x).exp()
    return pl.when(x <= _SPLIT).then(small).otherwise(polynomial(_SPLIT / x, _I0_LARGE) / x.sqrt())


def scaled_i1(x: pl.Expr) -> pl.Expr:
    """exp(-x) I1(x) for x >= 0, absolute error under 3e-7."""
    small = polynomial((x / _SPLIT) ** 2, _I1_SMALL) * x * (-x).exp()
    return pl.when(x <= _SPLIT).then(small).otherwise(polynomial(_SPLIT / x, _I1_LARGE) / x.sqrt())
