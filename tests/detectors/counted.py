"""Fleets at count level: what the rollups of a simulated log would hold, without making its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import duckdb
import numpy as np
import pyarrow as pa

from auditor.auditing import volumes
from auditor.cli.progress import Silent
from auditor.config import Settings
from auditor.detectors import Outcome, run
from auditor.ingest import Intake
from auditor.ingest.canonical import COLUMNS as CANONICAL
from auditor.ingest.canonical import target_type
from auditor.rank import rank, summarise
from auditor.rollup import Rollups
from auditor.simulate import Loop, ModelSpec, run_loop

START = datetime(2026, 1, 5)
WEEK = timedelta(days=7)
NULLS = {
    role: ", ".join(f"NULL::{target_type(one, {'item_id': 'BIGINT'})} AS {one}" for one in CANONICAL[role])
    for role in ("exposures", "feedback")
}
EMPTY = {
    "exposures": f"SELECT {NULLS['exposures']} WHERE FALSE",
    "feedback": f"SELECT {NULLS['feedback']} WHERE FALSE",
    "attributed": "SELECT NULL::VARCHAR AS model_id, NULL::VARCHAR AS model_version, NULL::BIGINT AS item_id, "
    "NULL::VARCHAR AS policy, NULL::TIMESTAMP AS exposed_at, NULL::TIMESTAMP AS feedback_at, "
    "NULL::VARCHAR AS request_id, NULL::BOOLEAN AS clicked, NULL::DOUBLE AS value, NULL::BIGINT AS events, "
    "NULL::VARCHAR AS label_source WHERE FALSE",
    "organic": "SELECT NULL::VARCHAR AS model_id, NULL::BIGINT AS item_id, NULL::BIGINT AS feedback WHERE FALSE",
    "second_feedback": "SELECT NULL::VARCHAR AS model_id, NULL::VARCHAR AS model_version, NULL::BIGINT AS item_id, "
    "NULL::VARCHAR AS policy, NULL::VARCHAR AS event, NULL::DOUBLE AS value WHERE FALSE",
    "crossings": "SELECT NULL::VARCHAR AS model_id, NULL::VARCHAR AS chosen_by, NULL::BIGINT AS feedback WHERE FALSE",
    "shared_feedback": "SELECT NULL::VARCHAR AS model_id, NULL::VARCHAR AS also_shown_by, NULL::BIGINT AS feedback "
    "WHERE FALSE",
}
MADE = {
    "outcomes": "SELECT * EXCLUDE (item_id, late), hash(item_id) AS item, "
    "max(retrain) OVER (PARTITION BY model) AS last FROM counted ORDER BY item, model, retrain",
    "retrain_halves": "SELECT model, retrain, exploit - late AS early, late, count(*) AS outcomes FROM counted "
    "WHERE exploit > 0 GROUP BY ALL",
    "retrains": "SELECT model::INTEGER AS model, retrain::INTEGER AS retrain, * EXCLUDE (model, retrain) FROM spans",
    "catalogue": "SELECT model_id, item_id, NULL::VARCHAR AS category, NULL::TIMESTAMP AS available_from, "
    "NULL::TIMESTAMP AS available_to FROM listed",
    "volume": "SELECT model_id, model_version, CAST(first_at AS DATE) AS day, exposures, first_at, last_at FROM spans",
    **EMPTY,
}
COLUMNS = {
    "exposures": frozenset({"timestamp", "model_id", "model_version", "item_id", "user_id", "policy"}),
    "catalogue": frozenset({"item_id"}),
    "feedback": frozenset({"item_id"}),
}


@dataclass
class Fleet:
    """Counted models, each with the column of policies or without, with its catalogue or without."""

    seed: int = 0
    outcomes: list[pa.Table] = field(default_factory=list)
    retrains: list[dict[str, object]] = field(default_factory=list)
    catalogue: list[pa.Table] = field(default_factory=list)

    def add(self, spec: ModelSpec, loop: Loop | None = None, *, policy: bool = False, catalogue: bool = True) -> Fleet:
        """Counts one model's loop; `policy` says whether its log has the column."""
        loop = loop or run_loop(spec, self.seed * 1000 + len(self.catalogue))
        clicks = loop.exploit_clicks + loop.explore_clicks
        observed = loop.exploit_observed + loop.explore_observed
        return self.add_counts(
            spec.name,
            loop.exploit + loop.explore,
            clicks,
            labelled=observed if spec.policy == "approval" else clicks,
            explore=loop.explore if policy else None,
            clicks_outside=loop.explore_clicks if policy else None,
            catalogue=catalogue,
        )

    def add_counts(
        self, name, exposures, clicks, *, labelled=None, explore=None, clicks_outside=None, halves=None, catalogue=True
    ) -> Fleet:
        """Adds a model of which all there is are counts, (T, K) each; `explore` only where its log has policies.

        `halves` are its exploit exposures of users in half A, and of the later half of each window.
        """
        model, zeros = len(self.catalogue), np.zeros_like(exposures)
        rng = np.random.default_rng([self.seed, model])
        exploit = exposures - (zeros if explore is None else explore)
        half_a, late = halves or (rng.binomial(exploit, 0.5), rng.binomial(exploit, 0.5))
        counts = {
            "exposures": exposures,
            "logged": zeros if explore is None else exposures,
            "explore": zeros if explore is None else explore,
            "holdout": zeros,
            "exploit_a": half_a,
            "late": late,
            "labelled": clicks if labelled is None else labelled,
            "clicks": clicks,
            "clicks_outside": zeros if clicks_outside is None else clicks_outside,
            "exploit": exploit,
        }
        retrain, item = np.nonzero(exposures)
        table = {key: values[retrain, item].astype(np.int32) for key, values in counts.items()}
        keys = {"model": np.full(len(item), model, np.int32), "retrain": retrain.astype(np.int32), "item_id": item}
        self.outcomes.append(pa.table({**keys, **table}))
        self.retrains.extend(_span(model, name, t, int(shown)) for t, shown in enumerate(exposures.sum(axis=1)))
        listed = np.arange(exposures.shape[1] if catalogue else 0)
        names = pa.array([name] * len(listed), pa.string())
        self.catalogue.append(pa.table({"model_id": names, "item_id": listed}))
        return self

    def rollups(self) -> Rollups:
        """The fleet as rollups."""
        connection = duckdb.connect()
        connection.register("counted", pa.concat_tables(self.outcomes))
        connection.register("listed", pa.concat_tables(self.catalogue))
        connection.register("spans", pa.Table.from_pylist(self.retrains))
        for name, query in MADE.items():
            connection.execute(f"CREATE TABLE {name} AS {query}")
        intake = Intake(
            connection=connection, inputs=(), columns=COLUMNS, attribution="request_id + item_id",
            retrains_from="model_version", unit="user_id", warnings=(),
        )  # fmt: skip
        rollups = Rollups(intake, Silent())
        rollups.built.extend(["volume", "retrains", "outcomes", "retrain_halves"])
        return rollups

    def audit(self, settings: Settings | None = None) -> Outcome:
        """What the battery says of the fleet."""
        return run(self.rollups(), settings or Settings())


def _span(model: int, name: str, retrain: int, exposures: int) -> dict[str, object]:
    begin = START + retrain * WEEK
    return {
        "model": model, "retrain": retrain, "model_id": name, "model_version": f"v{retrain}", "exposures": exposures,
        "first_at": begin, "last_at": begin + WEEK, "midpoint": begin + WEEK / 2,
    }  # fmt: skip


def ranked(rollups: Rollups, outcome: Outcome):
    """The models of a fleet, ranked, and the summary."""
    models = rank(volumes(rollups), outcome.findings, outcome.skips, outcome.measures)
    return models, summarise(models, outcome.findings, outcome.withdrawn)


def heard(outcome: Outcome, detector: str):
    """Finding and skip of one detector, {model: finding} and {model: skip}."""
    found = {each.model_id: each for each in outcome.findings if each.detector == detector}
    return found, {each.model_id: each for each in outcome.skips if each.detector == detector}
