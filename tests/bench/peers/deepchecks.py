"""Deepchecks: drift of one column, as Cramer's V. It has no coverage and no Gini."""

from __future__ import annotations

from deepchecks.tabular import Dataset
from deepchecks.tabular.checks import FeatureDrift

from tests.bench.peers.job import exposures, tell, two_retrains

before, last = (Dataset(each[["item_id"]], cat_features=["item_id"]) for each in two_retrains(exposures()))
check = FeatureDrift(categorical_drift_method="cramers_v", min_category_size_ratio=0, n_samples=10**9)
tell(drift=float(check.run(before, last, with_display=False).value["item_id"]["Drift score"]))
