"""Evidently: coverage and Gini of recommendations, and drift of one column as its Jensen-Shannon distance."""

from __future__ import annotations

import pandas as pd
from evidently import DataDefinition, Dataset, Recsys, Report
from evidently.metrics import PopularityBiasMetric, ValueDrift

from tests.bench.peers.job import MODEL, exposures, last_retrains, tell, two_retrains

NAMES = {"request_id": "user_id", "position": "prediction"}
RANKED = DataDefinition(ranking=[Recsys(recommendations_type="rank")], categorical_columns=["item_id"])
MEASURES = ("coverage", "gini")
ITEM = DataDefinition(categorical_columns=["item_id"])


def of_model(shown: pd.DataFrame, ever: pd.DataFrame) -> dict[str, float]:
    """Coverage of all that the model ever showed, and Gini."""
    report = Report([PopularityBiasMetric(k=10, metric=measure) for measure in MEASURES])
    ran = report.run(
        Dataset.from_pandas(shown.assign(target=1), RANKED), None, additional_data={"current_train_data": ever}
    )
    return dict(zip(MEASURES, (metric["value"] for metric in ran.dict()["metrics"]), strict=True))


log = exposures(*NAMES).rename(columns=NAMES)
found = {model: of_model(shown, ever) for model, shown, ever in last_retrains(log)}
before, last = (Dataset.from_pandas(each[["item_id"]], ITEM) for each in two_retrains(log))
drift = Report([ValueDrift(column="item_id", method="jensenshannon")]).run(last, before).dict()["metrics"][0]["value"]
tell(**found[MODEL], drift=float(drift))
