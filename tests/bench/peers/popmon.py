"""popmon: drift of one column from week to week, as the largest change of a share. It has no coverage, no Gini."""

from __future__ import annotations

import pandas as pd
from popmon import df_stability_metrics

from tests.bench.peers.job import exposures, tell, two_retrains

weeks = pd.concat(two_retrains(exposures("timestamp")))  # a retrain is a week
metrics = df_stability_metrics(
    weeks,
    time_axis="timestamp",
    features=["timestamp:item_id"],
    time_width="7d",
    time_offset="2026-09-01",
)
tell(drift=float(metrics["comparisons"]["item_id"]["prev1_max_prob_diff"].iloc[-1]))
