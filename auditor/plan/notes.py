"""What a person has to know of a plan besides its numbers. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.plan.contents import ModelPlan, Way


def notes(model: ModelPlan, listed: bool) -> Iterator[str]:
    """`listed` says whether the log has a catalogue."""
    if model.never_labelled:
        yield (
            f"labels never come for {model.never_labelled:,} of {model.outcomes + model.never_labelled:,} outcomes, "
            "however often they are chosen: for a random share of the decisions, carry out one that gets a label"
        )
    yield from _on_shares(model)
    if model.exposures_a_day is None:
        yield "without timestamps there are no days: it is planned for as many exposures as the last retrain had"
    if model.rate is None:
        yield "there is no feedback to tell what an outcome needs: half the even share of the last retrain is taken"
    if not listed:
        yield "without a catalogue, outcomes that were never shown are missing here: it is the least that is needed"


def _on_shares(model: ModelPlan) -> Iterator[str]:
    out_of_reach = [way.name for way in model.ways if way.reach is None]
    if out_of_reach:
        yield f"{' and '.join(out_of_reach)}: not even if every exposure explored would all be fed in that time"
    within = [way for way in model.ways if way.reach is not None]
    if within:
        yield from _on_least(within[-1], model)


def _on_least(way: Way, model: ModelPlan) -> Iterator[str]:
    share, reach = way.share or 0.0, way.reach or 0.0
    if not share:
        yield "exploration is not what this model lacks"
    elif share > reach:
        enough = f"{reach:.2%} would feed them; " if reach else ""
        yield f"{enough}{share:.1%} is what it takes for the next scan to see the loop open"
    if share and model.explores is not None and model.explores.low >= share:
        yield "the model explores that much today: see that its retrains learn from it"
