"""RecTools: coverage of the catalogue. It has neither a Gini of impressions nor drift."""

from __future__ import annotations

from rectools import Columns
from rectools.metrics import CatalogCoverage

from tests.bench.peers.job import MODEL, exposures, last_retrains, tell

NAMES = {"request_id": Columns.User, "position": Columns.Rank}
coverage = CatalogCoverage(k=10, normalize=True)
log = exposures(*NAMES).rename(columns=NAMES)
found = {model: coverage.calc(shown, ever[Columns.Item].unique()) for model, shown, ever in last_retrains(log)}
tell(coverage=found[MODEL])
