"""A tally as plain lists, short enough to be kept beside the code, and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from tests.calibration.grid import PLACES
from tests.calibration.records import World
from tests.calibration.tally import VERDICTS, Cell, Fleet, Tally

SAID = ("low", "medium", "high", "skipped")


def encoded(tally: Tally) -> dict[str, Any]:
    """Each world once; a cell is numbers, in the order of its fields, with worlds and detectors by their place.

    What a detector said is [detector, low, medium, high, skipped]; last come those that said nothing of any model.
    """
    ordered = sorted(tally.cells.values(), key=_order)
    worlds = list({cell.world: None for cell in ordered})
    detectors = sorted({name for cell in ordered for name in (*cell.heard, *cell.world.expects)})
    places = {world: place for place, world in enumerate(worlds)} | {name: at for at, name in enumerate(detectors)}
    return {
        "detectors": detectors,
        "worlds": [[*list(asdict(each).values())[:-1], [places[name] for name in each.expects]] for each in worlds],
        "cells": [_encoded(each, places) for each in ordered],
        "fleets": [list(asdict(each).values()) for each in tally.fleets],
    }


def decoded(found: Mapping[str, Any]) -> Tally:
    """The tally that `encoded` made plain."""
    names = found["detectors"]
    worlds = [World(*each[:-1], tuple(names[place] for place in each[-1])) for each in found["worlds"]]
    tally = Tally(fleets=[Fleet(*each) for each in found["fleets"]])
    for part, mixed, place, *numbers, verdicts, risks, heard, mute in found["cells"]:
        cell = Cell(part, bool(mixed), worlds[place], *numbers)
        cell.verdicts.update(dict(zip(VERDICTS, verdicts, strict=True)))
        cell.risks.update({float(risk): count for risk, count in risks.items()})
        for detector, *counts in heard:
            cell.heard[names[detector]] = Counter(dict(zip(SAID, counts, strict=True)))
        for detector in mute:
            cell.heard[names[detector]] = Counter(skipped=cell.models)
        tally.cells[part, bool(mixed), worlds[place]] = cell
    return tally


def _encoded(cell: Cell, places: Mapping[Any, int]) -> list[Any]:
    mute = [name for name, said in cell.heard.items() if said["skipped"] == cell.models]
    told = {name: said for name, said in cell.heard.items() if name not in mute}
    return [
        cell.part,
        int(cell.mixed),
        places[cell.world],
        cell.models,
        cell.alarmed,
        cell.told,
        cell.within,
        [cell.verdicts[verdict] for verdict in VERDICTS],
        {f"{risk:g}": count for risk, count in sorted(cell.risks.items())},
        sorted([places[name], *(said[one] for one in SAID)] for name, said in told.items()),
        sorted(places[name] for name in mute),
    ]


def _order(cell: Cell) -> tuple[object, ...]:
    world = cell.world
    place = PLACES.get((world.name, world.strength), len(PLACES))
    named = world.damage, world.kind, world.name, world.strength, world.expects
    return cell.part, place, *named, world.items, world.retrains, world.exposures, cell.mixed
