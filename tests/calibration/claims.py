"""What calibration must show, what it shows, and whether that is enough."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from tests.calibration.grid import MAIN_VOLUME, VOLUMES
from tests.calibration.groups import area, healthy, ranked_above, scans
from tests.calibration.rates import AT_RISK, Share, alarmed, verdict, within_a_third
from tests.calibration.tally import COUNTS, DAMAGED, ROWS, Tally

ENOUGH = {"exposures": MAIN_VOLUME, "retrains": 4}
PARTS = {COUNTS: "counts", ROWS: "written logs, scanned whole"}


@dataclass(frozen=True)
class Wanted:
    """A bound in words, and whether a share keeps it."""

    words: str
    kept: Callable[[float], bool]


FEW = Wanted("at most 1%", lambda found: found <= 0.01)
ONE_IN_TWENTY = Wanted("at most 1 in 20", lambda found: found <= 0.05)
MOST = Wanted("at least 95%", lambda found: found >= 0.95)
NONE = Wanted("none", lambda found: found == 0)
AREA = Wanted("at least 0.99", lambda found: found >= 0.99)


@dataclass(frozen=True)
class Claim:
    """One line. `holds` is about the figure itself, None where nothing was run; `brief`: the README has it, too."""

    what: str
    where: str
    wanted: str
    found: str
    n: int
    holds: bool | None
    brief: bool = False

    @property
    def answer(self) -> str:
        """Whether it holds, in a word."""
        return "no data" if self.holds is None else "yes" if self.holds else "**no**"


def claims(tally: Tally) -> list[Claim]:
    """All of them, in the order in which they are told."""
    return [*_false_alarms(tally), *_power(tally), *_ranking(tally), *_exploration(tally), *_damage(tally)]


def table(rows: Iterable[Claim]) -> str:
    """The claims as a table in Markdown."""
    told = [[each.what, each.where, each.wanted, each.found, f"{each.n:,}", each.answer] for each in rows]
    titles = ["what", "where", "wanted", "found", "n", "holds"]
    return "\n".join(f"| {' | '.join(row)} |" for row in [titles, ["---"] * len(titles), *told])


def _false_alarms(tally: Tally) -> Iterator[Claim]:
    what = "healthy models with a finding of medium or above"
    for part, name in PARTS.items():
        yield _claim(what, name, FEW, alarmed(healthy(tally, part)), brief=True)
    for volume in VOLUMES:
        yield _claim(what, f"counts, {volume:,} exposures", FEW, alarmed(healthy(tally, exposures=volume)))
    what = "scans of 120 healthy models with any such finding"
    for part, name in PARTS.items():
        yield _claim(what, name, ONE_IN_TWENTY, scans(tally, part), brief=True)


def _power(tally: Tally) -> Iterator[Claim]:
    for items in (100, 1_000, 20_000):
        where, brief = f"50,000 exposures, 4 retrains, {items:,} outcomes", items == 1_000
        closed = tally.pick(kind="closed", items=items, **ENOUGH)
        yield _claim("closed loops that are `starved`", where, MOST, verdict(closed, "starved"), brief)
        urns = tally.pick(strength="exponent 1", items=items, **ENOUGH)
        yield _claim("urns of exponent 1 `at risk` or worse", where, MOST, verdict(urns, *AT_RISK), brief)


def _ranking(tally: Tally) -> Iterator[Claim]:
    what, where = "loops that rank above every healthy model of their fleet", "50,000 exposures, 4 or 6 retrains"
    yield _claim(what, where, MOST, ranked_above(tally, exposures=MAIN_VOLUME), brief=True)
    for where, least, cells in (
        ("50,000 exposures, 4 retrains", 4, ENOUGH),
        ("all volumes, 4 or 6 retrains", 4, {}),
        ("all volumes and retrains", 2, {}),
    ):
        found, n = area(tally, least=least, **cells)
        holds = AREA.kept(found) if n else None
        yield Claim("AUROC of risk, loops against healthy", where, AREA.words, f"{found:.3f}", n, holds, brief=True)


def _exploration(tally: Tally) -> Iterator[Claim]:
    logged = verdict(tally.pick(strength="explores 2%, policy column"), "starved")
    yield _claim("loops with 2% logged exploration called closed", "all volumes", NONE, logged, brief=True)
    for share in ("1%", "2%", "5%", "10%"):
        found = within_a_third(tally.pick(strength=f"explores {share}, no policy column"))
        what = f"{share} exploration, not logged, told within a third"
        yield _claim(what, "wherever a number is told", MOST, found, brief=share == "2%")


def _damage(tally: Tally) -> Iterator[Claim]:
    closed = verdict(tally.pick(DAMAGED, kind="closed"), "healthy")
    yield _claim("closed loops called healthy", "damaged logs", NONE, closed, brief=True)
    wrong = verdict(healthy(tally, DAMAGED), *AT_RISK)
    yield _claim("healthy models called `at risk` or worse", "damaged logs", NONE, wrong, brief=True)


def _claim(what: str, where: str, wanted: Wanted, found: Share, brief: bool = False) -> Claim:
    holds = wanted.kept(found.value) if found.of else None
    return Claim(what, where, wanted.words, str(found), found.of, holds, brief)
