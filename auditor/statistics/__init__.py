"""Formulas that several detectors use, each once, each with its source."""

from __future__ import annotations

from auditor.statistics.concentration import (
    effective_number_shannon,
    effective_number_simpson,
    gini,
    gini_null,
    simpson_unbiased,
    top_share,
)
from auditor.statistics.concentration_error import gini_error, log_simpson_variance
from auditor.statistics.divergence import cross_validated_chi2, jsd, simpson_cross
from auditor.statistics.divergence_null import jsd_null
from auditor.statistics.lorenz import lorenz
from auditor.statistics.multiplicity import benjamini_hochberg
from auditor.statistics.poisson import poisson_below
from auditor.statistics.proportions import binomial_tail_above, binomial_tail_below, normal_tail, wilson
from auditor.statistics.trend import mann_kendall, theil_sen

__all__ = [
    "benjamini_hochberg",
    "binomial_tail_above",
    "binomial_tail_below",
    "cross_validated_chi2",
    "effective_number_shannon",
    "effective_number_simpson",
    "gini",
    "gini_error",
    "gini_null",
    "jsd",
    "jsd_null",
    "log_simpson_variance",
    "lorenz",
    "mann_kendall",
    "normal_tail",
    "poisson_below",
    "simpson_cross",
    "simpson_unbiased",
    "theil_sen",
    "top_share",
    "wilson",
]
