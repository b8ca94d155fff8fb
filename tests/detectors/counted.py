"""Fleets at count level: what the rollups of a simulated log would hold, without making its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import duckdb
import numpy as np
import pyarrow as pa

from auditor.cli.progress import Silent
from auditor.config import Settings
from auditor.detectors import Outcome, run
from auditor.ingest import Intake
from auditor.rank import rank, summarise
from auditor.rollup import Rollups
from auditor.scan import volumes
from auditor.simulate import Loop, ModelSpec, run_loop

START = datetime(2026, 1, 5)
EMPTY = {
    "exposures": "SELECT NULL::VARCHAR AS model_id, NULL::VARCHAR AS request_id, NULL::DOUBLE AS propensity, "
    "NULL::VARCHAR AS model_version WHERE FALSE",
    "attributed": "SELECT NULL::VARCHAR AS model_id, NULL::TIMESTAMP AS exposed_at, NULL::TIMESTAMP AS feedback_at, "
    "NULL::VARCHAR AS request_id, NULL::BOOLEAN AS clicked WHERE FALSE",
    "organic": "SELECT NULL::VARCHAR AS model_id, NULL::VARCHAR AS item_id, NULL::BIGINT AS feedback WHERE FALSE",
}


@dataclass
class Fleet:
    """Counted models, each with the column of policies or without."""

    seed: int = 0
    outcomes: list[pa.Table] = field(default_factory=list)
    retrains: list[dict[str, object]] = field(default_factory=list)
    catalogue: list[pa.Table] = field(default_factory=list)

    def add(self, spec: ModelSpec, loop: Loop | None = None, *, policy: bool = False, catalogue: bool = True) -> Fleet:
        """Counts one model's loop; `policy` says whether its log has the column."""
        model = len(self.catalogue)
        rng = np.random.default_rng([self.seed, model])
        loop = loop or run_loop(spec, self.seed * 1000 + model)
        for t in range(loop.exploit.shape[0]):
            self._add_retrain(model, spec, t, loop, rng, policy)
        items = np.flatnonzero(np.ones(loop.exploit.shape[1]))
        listed = items if catalogue else items[:0]
        names = pa.array([spec.name] * len(listed), pa.string())
        self.catalogue.append(pa.table({"model_id": names, "item_id": pa.array(listed.astype(str), pa.string())}))
        return self

    def _add_retrain(self, model, spec, t, loop, rng, policy):
        exploit, explore = loop.exploit[t], loop.explore[t]
        shown = np.flatnonzero(exploit + explore)
        told = exploit if policy else exploit + explore
        observed = loop.exploit_observed[t] + loop.explore_observed[t]
        clicks, outside = loop.exploit_clicks[t] + loop.explore_clicks[t], loop.explore_clicks[t] * policy
        counts = {
            "exposures": exploit + explore,
            "logged": (exploit + explore) * policy,
            "explore": explore * policy,
            "holdout": explore * 0,
            "exploit_a": rng.binomial(told, 0.5),
            "exploit_late": rng.binomial(told, 0.5),
            "labelled": observed if spec.policy == "approval" else clicks,
            "clicks": clicks,
            "clicks_outside": outside,
            "exploit": told,
        }
        table = {key: pa.array(values[shown].astype(np.int64)) for key, values in counts.items()}
        table["model"] = pa.array(np.full(len(shown), model, np.int32))
        table["retrain"] = pa.array(np.full(len(shown), t, np.int32))
        table["item_id"] = pa.array(shown.astype(str), pa.string())
        self.outcomes.append(pa.table(table))
        begin = START + timedelta(days=7 * t)
        end, total = begin + timedelta(days=7), int((exploit + explore).sum())
        self.retrains.append({
            "model": model, "retrain": t, "model_id": spec.name, "model_version": f"v{t}", "exposures": total,
            "first_at": begin, "last_at": end, "midpoint": begin + timedelta(days=3.5),
        })  # fmt: skip

    def rollups(self) -> Rollups:
        """The fleet as rollups."""
        connection = duckdb.connect()
        frames = {"counted": pa.concat_tables(self.outcomes), "listed": pa.concat_tables(self.catalogue)}
        frames["spans"] = pa.Table.from_pylist(self.retrains)
        for name, table in frames.items():
            connection.register(name, table)
        connection.execute("CREATE TABLE outcomes AS FROM counted")
        connection.execute(
            "CREATE TABLE retrains AS "
            "SELECT model::INTEGER AS model, retrain::INTEGER AS retrain, * EXCLUDE (model, retrain) FROM spans"
        )
        connection.execute(
            "CREATE TABLE catalogue AS "
            "SELECT *, NULL::TIMESTAMP AS available_from, NULL::TIMESTAMP AS available_to FROM listed"
        )
        connection.execute(
            "CREATE TABLE volume AS "
            "SELECT model_id, model_version, first_at AS day, exposures, first_at, last_at FROM spans"
        )
        for name, query in EMPTY.items():
            connection.execute(f"CREATE TABLE {name} AS {query}")
        columns = {
            "exposures": frozenset({"timestamp", "model_id", "model_version", "item_id", "user_id", "policy"}),
            "catalogue": frozenset({"item_id"}), "feedback": frozenset({"item_id"}),
        }  # fmt: skip
        intake = Intake(
            connection=connection, inputs=(), columns=columns, attribution="request_id + item_id",
            retrains_from="model_version", unit="user_id", warnings=(),
        )  # fmt: skip
        rollups = Rollups(intake, Silent())
        rollups.built.extend(["volume", "retrains", "outcomes"])
        return rollups

    def audit(self, settings: Settings | None = None) -> Outcome:
        """What the battery says of the fleet."""
        return run(self.rollups(), settings or Settings())


def ranked(rollups: Rollups, outcome: Outcome):
    """The models of a fleet, ranked, and the summary."""
    models = rank(volumes(rollups), outcome.findings, outcome.skips, outcome.measures)
    return models, summarise(models, outcome.findings, outcome.withdrawn)
