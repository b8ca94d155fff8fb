"""What may be wrong with exploration, one problem at a time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from auditor.detectors.detector import Row, number
from auditor.detectors.thresholds import ExplorationSupport
from auditor.finding import Evidence, Severity
from auditor.statistics import binomial_tail_below, normal_tail

LOG_IT = "Log the probability with which the policy in force chose the row's own outcome, at the moment it chooses."
DRAW_IT = "Draw exploration uniformly from the whole catalogue, and log those rows as policy=explore with their p."
MORE = "Raise the floor of the propensities (or mix in 2-5 % uniform choices) so that rare outcomes can be judged."
SEEK = "Find where explore rows are lost or added between the draw and the log; until then their weights are wrong."


Z_99 = 2.575829
# Mean of 1 / (K p) over explore rows: 1 where p is within the draw, 1 / share and more where it is of the whole.
TOGETHER = 1.5


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong. `of_catalogue`: it would not be, were the catalogue smaller."""

    severity: Severity
    title: str
    remedy: str
    p_value: float | None = None
    of_catalogue: bool = True


def problems(row: Row, thresholds: ExplorationSupport) -> list[Problem]:
    """All that is wrong: what explore rows show, then what propensities show."""
    checks = (_mismatch, _spread, _propensities)
    return [found for check in checks for found in check(row, thresholds)]


def _mismatch(row: Row, thresholds: ExplorationSupport) -> Iterator[Problem]:
    share, error = number(row, "explore_share"), number(row, "explore_share_error")
    configured = thresholds.configured_share
    if share is None or error is None or configured <= 0 or row["units"] < thresholds.enough_exposures:
        return
    off, z = abs(share / configured - 1), abs(share - configured) / max(error, 1 / row["drawn"])
    if off < thresholds.mismatch or z < Z_99:
        return
    severity = Severity.MEDIUM if off >= thresholds.mismatch_medium else Severity.LOW
    title = f"{share:.1%} of the model's rows explore, and {configured:.1%} are configured to"
    yield Problem(severity, title, SEEK, 2 * normal_tail(z), of_catalogue=False)


def _spread(row: Row, thresholds: ExplorationSupport) -> Iterator[Problem]:
    explored = number(row, "explored") or 0
    if explored < thresholds.enough_explored or _may_decide(row, thresholds):
        return
    reach, most, unfed = number(row, "reach"), number(row, "reach_high"), row["unfed_share"]
    if reach is not None and most is not None and unfed >= thresholds.unfed_share and most < thresholds.hollow:
        p_value = binomial_tail_below(row["explored_unfed"], row["explored"], thresholds.hollow * unfed)
        title = f"explore rows bring the outcomes that the model does not feed {reach:.0%} of their even share"
        yield Problem(Severity.MEDIUM, title, DRAW_IT, p_value)
    elif _is_partial(row, thresholds):
        size, null = row["standing"], row["reached_null"]
        missed, expected = size - row["reached"], round(size * (1 - null))
        title = (
            f"explore rows never came to {missed:,} of {size:,} outcomes; drawn uniformly, {expected:,} would be left"
        )
        z = (missed - size * (1 - null)) / max((size * null * (1 - null)) ** 0.5, 0.5)
        yield Problem(Severity.LOW, title, DRAW_IT, normal_tail(z))
    elif (number(row, "explore_excess") or 0.0) >= thresholds.excess:
        effective = row["explore_effective"]
        title = f"explore rows are as diverse as {effective:,.0f} of {row['outcomes']:,} outcomes"
        error = max(row["explore_gini_error"], 1e-9)
        p_value = normal_tail((row["explore_gini"] - row["explore_gini_null"]) / error)
        yield Problem(Severity.LOW, title, DRAW_IT, p_value)


def _may_decide(row: Row, thresholds: ExplorationSupport) -> bool:
    """Some decisions may never get a label, and are not explored then; without feedback that is not known of a few."""
    return bool(row["labels"] or (row["labelled"] == 0 and row["outcomes"] <= thresholds.few_outcomes))


def _is_partial(row: Row, thresholds: ExplorationSupport) -> bool:
    """Where new outcomes come in without dates, those may not have been there to be explored."""
    most = number(row, "reached_ratio_high")
    return most is not None and most < thresholds.reached and (number(row, "turnover") or 0.0) < thresholds.turnover


def _propensities(row: Row, thresholds: ExplorationSupport) -> Iterator[Problem]:
    """Weights that are wrong are not weighed."""
    weighed = number(row, "rows_weighed")
    if weighed is None:
        return
    if row["certain"] == weighed:
        title = f"not identifiable: the propensities of all {weighed:,.0f} rows are 1, those of explore rows too"
        yield Problem(Severity.LOW, title, LOG_IT, of_catalogue=False)
        return
    low = number(row, "misplaced_low")
    if low is not None and low >= thresholds.misplaced:
        yield _dishonest(row, thresholds)
        return
    yield from _unsupported(row, thresholds)
    yield from _weak(row, thresholds)


def _dishonest(row: Row, thresholds: ExplorationSupport) -> Problem:
    misplaced = row["misplaced"]
    error = max(misplaced - row["misplaced_low"], 1e-9) / 1.96
    title = f"{misplaced:.0%} of exposures are more than their logged propensities allow"
    severity = Severity.MEDIUM if row["misplaced_low"] >= thresholds.misplaced_medium else Severity.LOW
    return Problem(severity, title, LOG_IT, normal_tail(misplaced / error), of_catalogue=False)


def _unsupported(row: Row, thresholds: ExplorationSupport) -> Iterator[Problem]:
    """Of slates, p may be the probability to be among them, which is up to as many times as high as they are deep."""
    supported, most = number(row, "supported"), number(row, "supported_high")
    if supported is None or most is None:
        return
    explored = (number(row, "explored_rows") or 0) >= thresholds.enough_explored
    within = number(row, "supported_explored") or 0.0
    most = max(most * max(row["deepest"] or 1, 1), within if within < TOGETHER else 0.0)
    if most >= (thresholds.supported_explored if explored else thresholds.supported):
        return
    title = f"the logged propensities leave {1 - supported:.0%} of the choices no chance"
    if explored:
        title += ", or are too high: the log has explore rows"
    yield Problem(Severity.LOW, title, LOG_IT if explored else MORE)


def _weak(row: Row, thresholds: ExplorationSupport) -> Iterator[Problem]:
    sample, rows = row["effective_sample"], row["rows_weighed"]
    if sample < thresholds.weak_support and row["evenness_most"] < thresholds.even_enough:
        title = f"{rows:,} rows are worth {sample:,.0f} for judging other policies"
        z = (thresholds.even_enough - row["evenness"]) / max(row["evenness_high"] - row["evenness"], 1e-9) * 1.96
        yield Problem(Severity.LOW, title, MORE, normal_tail(z), of_catalogue=False)
    elif row["weak_rows"] >= thresholds.weak_segments:
        title = f"in {row['weak_segments']} of {row['segments']} segments the log hardly supports other policies"
        yield Problem(Severity.LOW, title, MORE, of_catalogue=False)


def evidence(row: Row, thresholds: ExplorationSupport) -> tuple[Evidence, ...]:
    """Every number that was measured."""
    configured = thresholds.configured_share or None
    explored, rows = number(row, "explored"), number(row, "rows_weighed")
    found = [
        _explored(row),
        _interval(row, "explore_share", "explore rows", row.get("drawn"), configured),
        _interval(row, "reach", "reach of explore rows", explored, 1.0),
        _interval(row, "reached_share", "outcomes ever explored", row.get("standing"), number(row, "reached_null")),
        _interval(row, "misplaced", "exposures beyond their propensities", rows, 0.0),
        _interval(row, "supported", "choices with a chance", rows, 1.0),
        _interval(row, "evenness", "uniform exploration as uneven", rows, None),
        _interval(row, "uniform_rate", "feedback rate if uniform", rows, None),
    ]
    if number(row, "outcomes_over") is not None:
        n = int(row["outcomes_with_propensity"])
        found.append(Evidence("outcomes beyond their propensities", row["outcomes_over"], null=0.0, n=n, unit="share"))
    if rows:
        certain = row["certain"] / rows
        found.append(Evidence("rows with nothing left to chance", certain, n=int(rows), unit="share"))
        found.append(Evidence("effective sample", row["effective_sample"], null=rows, n=int(rows), unit="exposures"))
    return tuple(each for each in found if each is not None)


def _explored(row: Row) -> Evidence | None:
    """The plain share, where none is configured that it would be held against."""
    own = row["exposures"] - row["holdout"]
    if not row["explore"] or number(row, "explore_share") is not None:
        return None
    return Evidence("explore rows", row["explore"] / own, n=own, unit="share")


def _interval(row: Row, name: str, label: str, n: float | None, null: float | None) -> Evidence | None:
    value = number(row, name)
    if value is None:
        return None
    low, high = number(row, f"{name}_low"), number(row, f"{name}_high")
    return Evidence(label, value, low, high, null, None if n is None else int(n), "share")
