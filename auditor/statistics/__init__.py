"""Formulas that several detectors use, each once, each with its source."""

from __future__ import annotations

from auditor.statistics.beta_prior import beta_prior
from auditor.statistics.beta_tail import beta_above
from auditor.statistics.clustered import clustered_error, log_ratio_parts
from auditor.statistics.concentration import (
    effective_number_shannon,
    effective_number_simpson,
    gini,
    gini_null,
    simpson_of,
    simpson_unbiased,
    top_share,
)
from auditor.statistics.concentration_error import gini_error, log_simpson_variance
from auditor.statistics.difference import Interval, difference
from auditor.statistics.divergence_null import jsd_null
from auditor.statistics.line import Line, line
from auditor.statistics.lorenz import lorenz
from auditor.statistics.multiplicity import benjamini_hochberg
from auditor.statistics.origin import clustered_slope
from auditor.statistics.poisson import poisson_below
from auditor.statistics.poisson_mean import poisson_mean
from auditor.statistics.proportions import binomial_tail_above, binomial_tail_below, normal_tail, wilson
from auditor.statistics.rarefied import log_rarefied_variance, rarefied
from auditor.statistics.student import student_975, student_tail
from auditor.statistics.subsample import absent_chance, distinct_drawn
from auditor.statistics.trend import mann_kendall, theil_sen
from auditor.statistics.weighting import effective_sample, snips

__all__ = [
    "Interval",
    "Line",
    "absent_chance",
    "benjamini_hochberg",
    "beta_above",
    "beta_prior",
    "binomial_tail_above",
    "binomial_tail_below",
    "clustered_error",
    "clustered_slope",
    "difference",
    "distinct_drawn",
    "effective_number_shannon",
    "effective_number_simpson",
    "effective_sample",
    "gini",
    "gini_error",
    "gini_null",
    "jsd_null",
    "line",
    "log_rarefied_variance",
    "log_ratio_parts",
    "log_simpson_variance",
    "lorenz",
    "mann_kendall",
    "normal_tail",
    "poisson_below",
    "poisson_mean",
    "rarefied",
    "simpson_of",
    "simpson_unbiased",
    "snips",
    "student_975",
    "student_tail",
    "theil_sen",
    "top_share",
    "wilson",
]
