"""The ways to draw what is explored, each with the share of exposures that it takes. Pure."""

from __future__ import annotations

from auditor.detectors.detector import Row
from auditor.plan.appetite import WAYS, Appetite, Hunger
from auditor.plan.contents import Pace, Way
from auditor.plan.cost import Price, cost

PACES = (0.05, 0.1)


def ways(appetite: Appetite, hunger: Hunger, exposures: float, row: Row, price: Price) -> tuple[Way, ...]:
    """Uniform exploration; and targeted, where there is an outcome to aim at. `exposures` are those of the plan."""
    names = WAYS if hunger.outcomes else WAYS[:1]
    return tuple(_way(name, appetite, hunger, exposures, row, price) for name in names)


def _way(name: str, appetite: Appetite, hunger: Hunger, exposures: float, row: Row, price: Price) -> Way:
    reach, lost = appetite.reach(name, exposures), price.losses.get(name)
    share = None if reach is None else max(reach, row["floor"])
    return Way(
        name=name,
        outcomes=appetite.outcomes if name == "uniform" else hunger.outcomes,
        reach=reach,
        share=share,
        explored=None if share is None else share * exposures,
        explored_a_day=None if share is None or row["a_day"] is None else share * row["a_day"],
        cost=None if share is None else cost(lost, row, share),
        pace=_paces(name, appetite, row, price) if hunger.outcomes else (),
    )


def _paces(name: str, appetite: Appetite, row: Row, price: Price) -> tuple[Pace, ...]:
    """Without timestamps there are no days."""
    if row["a_day"] is None:
        return ()
    lost = price.losses.get(name)
    days = {share: appetite.exposures_until_fed(name, share) / row["a_day"] for share in PACES}
    return tuple(Pace(share, days[share], cost(lost, row, share)) for share in PACES)
