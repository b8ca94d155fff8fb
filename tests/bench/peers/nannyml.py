"""NannyML: drift of one column, as its Jensen-Shannon distance. It has no coverage and no Gini."""

from __future__ import annotations

import nannyml

from tests.bench.peers.job import exposures, tell, two_retrains

before, last = two_retrains(exposures())
calculator = nannyml.UnivariateDriftCalculator(
    column_names=["item_id"], treat_as_categorical=["item_id"], categorical_methods=["jensen_shannon"], chunk_number=1
)
drift = calculator.fit(before).calculate(last).filter(period="analysis").to_df()
tell(drift=float(drift["item_id", "jensen_shannon", "value"].iloc[0]))
