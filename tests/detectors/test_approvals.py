"""Models that decide, and hear of some of their decisions alone: what the log has to say before they are judged."""

from __future__ import annotations

import numpy as np
import pytest
from counted import Fleet, heard, ranked

ID = "outcome-starvation"
SEEDS = range(20)
LABELS = "labels come for some outcomes alone, and counts of those cannot tell which decisions were random"


def add(fleet, name, seed, *, explore=0.0, policy=True, shares=(0.6, 0.4), feedback=True, retrains=5):
    """Approvals, all labelled, before other actions; a share `explore` of all decisions is an approval at random."""
    rng = np.random.default_rng([47, seed])
    decisions = rng.multinomial(1000, shares, retrains)
    aside = np.zeros_like(decisions)
    aside[:, 0] = rng.binomial(1000, explore, retrains)
    labelled = (decisions + aside) * (np.arange(len(shares)) == 0) * feedback
    repaid = rng.binomial(labelled, 0.85)
    return fleet.add_counts(name, decisions + aside, repaid, labelled=labelled, explore=aside if policy else None)


def heard_of(**model):
    """What is said of one model over all seeds, and the verdicts."""
    fleet = Fleet()
    for seed in SEEDS:
        add(fleet, f"m{seed}", seed, **model)
    rollups, outcome = fleet.rollups(), fleet.audit()
    return *heard(outcome, ID), {each.verdict.value for each in ranked(rollups, outcome)[0]}


@pytest.mark.parametrize("retrains", [1, 5])
def test_approvals_that_are_all_the_models_own_are_starved(retrains):
    found, skipped, verdicts = heard_of(retrains=retrains)

    assert verdicts == {"starved"}
    assert not skipped
    assert "at most 1.07% of exposures explore" in found["m0"].title
    assert {each.name for each in found["m0"].evidence} >= {"exploration (policy column)"}


def test_approvals_of_which_four_per_cent_are_random_are_healthy():
    found, skipped, verdicts = heard_of(explore=0.04)

    assert (found, skipped, verdicts) == ({}, {}, {"healthy"})


@pytest.mark.parametrize("explore", [0.0, 0.04])
@pytest.mark.parametrize("shares", [(0.6, 0.4), (0.5, 0.3, 0.2), (0.1,) * 10])
def test_without_a_policy_column_both_are_skipped_with_the_reason(explore, shares):
    found, skipped, verdicts = heard_of(explore=explore, policy=False, shares=shares)

    assert not found
    assert {(each.reason, each.unlock) for each in skipped.values()} == {(LABELS, "a `policy` column")}
    assert verdicts == {"not auditable"}


@pytest.mark.parametrize("policy", [True, False])
@pytest.mark.parametrize("explore", [0.0, 0.04])
@pytest.mark.parametrize("shares", [(0.6, 0.4), (0.8, 0.2), (0.2, 0.8)])
def test_without_feedback_none_is_judged(policy, explore, shares):
    found, skipped, verdicts = heard_of(explore=explore, policy=policy, shares=shares, feedback=False)

    assert not found
    assert {each.unlock for each in skipped.values()} == {"a feedback log"}
    assert all("some of which never get a label" in each.reason for each in skipped.values())
    assert verdicts == {"not auditable"}
