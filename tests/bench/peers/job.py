"""What every peer is given: the exposures of each model in its last retrain, and one model in two retrains."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pandas as pd

KEYS = ["model_id", "model_version", "item_id"]
MODEL, LAST, BEFORE = "model_0", "v5", "v4"


def exposures(*columns: str) -> pd.DataFrame:
    """The log in the folder that the command line names, the columns that are needed alone."""
    return pd.read_parquet(f"{sys.argv[1]}/exposures.parquet", columns=[*KEYS, *columns])


def last_retrains(log: pd.DataFrame) -> Iterator[tuple[str, pd.DataFrame, pd.DataFrame]]:
    """(model, what it showed in its last retrain, what it ever showed), each model in turn."""
    for model, ever in log.groupby("model_id"):
        yield str(model), ever[ever["model_version"] == LAST], ever


def two_retrains(log: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What one model showed in its last retrain but one, and in its last."""
    of_model = log[log["model_id"] == MODEL]
    return of_model[of_model["model_version"] == BEFORE], of_model[of_model["model_version"] == LAST]


def tell(**found: float) -> None:
    """Prints what was found of the one model: `coverage`, `gini`, `drift`; what is left out cannot be told."""
    print(json.dumps(found))
