"""What may change, and how, when clicks are logged in another way, the fleet grows, or everything happens twice."""

from __future__ import annotations

from typing import Any

from counted import Fleet, ranked
from drawn_fleets import CLOSED, FEW, FIXED, LOOPS, SEEDS, SHUT, fleets
from hypothesis import given
from hypothesis import strategies as st
from retold import Told, changed, doubled, joined, known, logged, numbers, verdict_of, verdicts
from written import audited, write

from auditor.config import Settings
from auditor.detectors import run
from auditor.simulate import ModelSpec

# A joined column does not hold when feedback came, and who wrote it; and a row without a click is a row with an answer.
UNJOINED = {"log-integrity", "self-labelling", "cross-model-loop", "auditability"}
ANSWERS = {"labelled", "feedback"}


@FEW
@given(fleets((*FIXED, *LOOPS)), SEEDS)
def test_clicks_may_be_a_column_or_a_log_of_their_own(fleet, seed):
    with known(fleet, seed, feedback="click") as (folder, log, report):
        other = audited(write(folder / "other", **joined(log)), feedback="click")

        assert _joinable(verdicts(other)) == _joinable(verdicts(report))
        assert not changed(_joinable(numbers(other)), _joinable(numbers(report)))


@FEW
@given(fleets(), SEEDS)
def test_labels_and_clicks_may_be_a_column_though_nobody_says_which_they_are(fleet, seed):
    """Verdict and risk alone: of at most twenty outcomes a column of 0 and 1 may be labels, and clicks are not."""
    with known(fleet, seed) as (folder, log, report):
        other = audited(write(folder / "other", **joined(log)))

        assert [verdict_of(other, spec.name) for spec in fleet] == [verdict_of(report, spec.name) for spec in fleet]


def _joinable(told: Told) -> Told:
    return {key: value for key, value in told.items() if key[1] not in UNJOINED and ANSWERS.isdisjoint(key[2:])}


@FEW
@given(fleets(), SEEDS)
def test_a_healthy_model_more_in_the_fleet_says_nothing_of_the_others(fleet, seed):
    """No number of theirs moves. But chance among more models explains more: what is near to it may be withdrawn."""
    healthy = ModelSpec("a", "uniform", exposures=3_000, items=50, retrains=4)
    with known(fleet, seed) as (folder, _, report):
        other = audited(write(folder / "other", **logged(folder / "more", [*fleet, healthy], seed)))

        assert not changed(_without(numbers(other), "a"), _without(numbers(report), "a"))
        assert _without(verdicts(other), "a") == verdicts(report)
        assert verdict_of(other, "a") == ("healthy", 0.0)


def _without(told: Told, name: str) -> Told:
    """All but what is said of one model, and how many there are."""
    return {key: value for key, value in told.items() if key[0] != name and key[1:] != ("cross-model-loop", "models")}


SHARES = {
    "outcome-starvation": ("logged_exploration", "self_sourced", "overlap"),
    "exposure-coverage": ("coverage", "ever_shown", "gone", "returning"),
    "impression-gini": ("gini", "effective", "top_share"),
    "retrain-drift": ("jsd", "jsd_first", "entering", "leaving"),
}
COUNTS = {"outcome-starvation": ("exposures", "exploit", "explore", "clicks"), "impression-gini": ("exploit",)}


@FEW
@given(fleets((*FIXED, *SHUT), exposures=(2_000, 4_000), items=(30, 60), retrains=(3, 4, 5)), SEEDS)
def test_users_who_all_come_twice_make_a_verdict_surer(fleet, seed):
    """Twins bring no news: shares stay, counts double, and intervals close in as if the twins were somebody else.

    So a model that was starved stays so, and one that follows nothing of its own stays healthy. It holds where chance
    explains next to nothing of what is unfed (over 30 exposures an outcome), where never shown means never (a top-k),
    and from three retrains on. Elsewhere twice the log may rightly change the verdict: half the even share, or 3 / q
    exposures, are more than chance would miss; an outcome once unfed may be fed; and one interval across 2 % may end up
    on either side of it.
    """
    with known(fleet, seed) as (folder, log, report):
        other = audited(write(folder / "other", **doubled(log)))
        before, after = numbers(report), numbers(other)

        assert not changed(_picked(after, SHARES), _picked(before, SHARES))
        assert _picked(after, COUNTS) == {key: 2 * value for key, value in _picked(before, COUNTS).items()}
        for name in ("logged_exploration", "self_sourced", "overlap"):
            assert all(_width(after, spec.name, name) <= _width(before, spec.name, name) for spec in fleet)
        settled = [
            spec.name for spec in fleet if verdict_of(report, spec.name)[0] == "starved" or spec.policy in UNMOVED
        ]
        assert [verdict_of(other, name)[0] for name in settled] == [verdict_of(report, name)[0] for name in settled]
        assert settled


UNMOVED = {policy["policy"] for policy in FIXED}


def _picked(told: Told, names: dict[str, tuple[str, ...]]) -> Told:
    return {key: value for key, value in told.items() if key[2] in names.get(key[1], ())}


def _width(told: Told, model: str, name: str) -> float:
    low, high = (told[model, "outcome-starvation", f"{name}_{end}"] for end in ("low", "high"))
    return 0.0 if low is None else high - low


HEALTHY = 60
LARGE: dict[str, Any] = {"exposures": (2_500, 6_000, 50_000), "items": (300, 1_000), "retrains": (4, 5), "logs": ({},)}


@FEW
@given(fleets(CLOSED, **LARGE), SEEDS, st.integers(0, 9))
def test_a_starved_model_stays_so_among_healthy_ones(loops, seed, number):
    alone, among = Fleet(seed).add(loops[number]), Fleet(seed).add(loops[number])
    for other in range(HEALTHY):
        among.add(ModelSpec(f"u{other}", "uniform", exposures=5_000, items=100, retrains=4))

    assert _verdicts(alone) == {loops[number].name: "starved"}
    assert _verdicts(among)[loops[number].name] == "starved"
    assert set(_verdicts(among).values()) == {"starved", "healthy"}


def _verdicts(fleet: Fleet) -> dict[str, str]:
    rollups = fleet.rollups()
    return {each.model_id: each.verdict.value for each in ranked(rollups, run(rollups, Settings()))[0]}
