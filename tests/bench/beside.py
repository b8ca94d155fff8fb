"""What a scan costs beside what else could be picked for the same questions.

    python -m tests.bench.beside [--rows 10000000] [--peers evidently nannyml ...] [--timeout 900] [--rounds 3]

Coverage of the catalogue, Gini of the impressions and drift between retrains of one model, as far as each peer tells
them. Each lives in a virtual environment of its own in `.bench/peers`, made when it is first needed, and all run in
turn with this audit, as fresh processes over the same Parquet file of exposures. One that runs out of time or memory
is not run again.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from tests.bench import results, tables
from tests.bench.asked import Found
from tests.bench.generate import Shape, made
from tests.bench.processes import NOTHING_AUDITED, PROJECT, Run, execute

PANDAS = ("pandas==2.3.3", "pyarrow==24.0.0")  # the newest that all of them read
PEERS: Mapping[str, Sequence[str]] = {
    "evidently": ("evidently==0.7.23", *PANDAS),
    "nannyml": ("nannyml==0.13.1", "statsmodels==0.14.5", *PANDAS),
    "deepchecks": ("deepchecks==0.19.1", "scikit-learn==1.5.2", "numpy==1.26.4", "pandas==2.2.3", "pyarrow==24.0.0"),
    "popmon": ("popmon==1.4.12", *PANDAS),
    "rectools": ("rectools==0.19.0", *PANDAS),
}
SELECTED = "exposure-coverage,impression-gini,retrain-drift"
OURS, MODEL = "audit scan", "model_0"
SILENT = {"DO_NOT_TRACK": "1", "NML_DISABLE_USAGE_LOGGING": "1", "DEEPCHECKS_DISABLE_LATEST": "1"}


def environment(pins: Sequence[str], folder: Path) -> str:
    """Makes a virtual environment with what is pinned, unless it is there; says why it cannot be, where it cannot."""
    ready = folder / "pins"
    if ready.exists() and ready.read_text(encoding="utf-8").split() == [*pins]:
        return ""
    execute([sys.executable, "-m", "venv", str(folder)])
    ran = execute([f"{folder}/bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *pins])
    if not ran.failed:
        ready.write_text("\n".join(pins), encoding="utf-8")
    return ran.failed and f"cannot be installed: {ran.failed}"


def peers(names: Sequence[str], log: Path) -> tuple[dict[str, Sequence[str]], dict[str, str]]:
    """How each is run over a log, and why those that cannot be installed cannot."""
    commands: dict[str, Sequence[str]] = {}
    missing: dict[str, str] = {}
    for name in names:
        title, home = PEERS[name][0].replace("==", " "), PROJECT / ".bench" / "peers" / name
        if why := environment(PEERS[name], home):
            missing[title] = why
        else:
            commands[title] = [f"{home}/bin/python", "-m", f"tests.bench.peers.{name}", str(log)]
    return commands, missing


def measure(ours: Sequence[str], peers: Mapping[str, Sequence[str]], given: argparse.Namespace) -> list[Found]:
    """A row a program, this one first: medians and highest peaks."""
    runs: dict[str, list[Run]] = {}
    for _ in range(given.rounds):
        for name, command in {OURS: ours, **peers}.items():
            done = runs.setdefault(name, [])
            if not (done and done[-1].failed):
                fine = (0, NOTHING_AUDITED) if name == OURS else (0,)
                done.append(execute(command, fine, given.timeout, given.memory))
                print(f"{name:20}{done[-1]} {done[-1].failed}", file=sys.stderr)
    if why := runs[OURS][-1].failed:
        raise SystemExit(f"{OURS}: {why}")
    return [_row(name, done) for name, done in runs.items()]


def unmeasured(name: str, why: str) -> Found:
    """The row of a program that could not be run to its end."""
    return {"name": name, "told": {}, "wall": None, "peak": None, "failed": why}


def _row(name: str, runs: Sequence[Run]) -> Found:
    if runs[-1].failed:
        return unmeasured(name, runs[-1].failed)
    return {
        "name": name,
        "told": _ours(runs[-1].told) if name == OURS else json.loads(runs[-1].told.splitlines()[-1]),
        "wall": round(median(run.wall for run in runs), 3),
        "peak": round(max(run.peak for run in runs)),
        "failed": "",
    }


def _ours(report: str) -> dict[str, float]:
    """What the report says of the one model."""
    (found,) = (model["measures"] for model in json.loads(report)["models"] if model["model_id"] == MODEL)
    return {
        "coverage": found["exposure-coverage"]["coverage"],
        "gini": found["impression-gini"]["gini"],
        "drift": found["retrain-drift"]["jsd"],
    }


def arguments() -> argparse.Namespace:
    """What is to be measured, how far, and where it is kept."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--items", type=int, default=5_000)
    parser.add_argument("--peers", nargs="*", choices=PEERS, default=list(PEERS))
    parser.add_argument("--timeout", type=float, default=900, help="seconds")
    parser.add_argument("--memory", type=float, default=round(0.9 * results.memory()), help="GB of addresses")
    return results.told(parser)


def main() -> None:
    """Measures all of them in turn, keeps it, and prints the table."""
    given = arguments()
    os.environ.update(SILENT)
    shape = Shape(given.rows, given.items, models=1)
    folder = made(shape, given.cache)
    told = ["-q", "--fail-on", "none", "--format", "json", "--select", SELECTED, "--threads", given.threads]
    read = ["--exposures", f"{folder}/exposures.parquet"]  # none of the others reads clicks
    ours = [sys.executable, "-m", "auditor", "scan", *read, *told]
    found, missing = peers(given.peers, folder)
    rows = [*measure(ours, found, given), *(unmeasured(name, why) for name, why in missing.items())]
    log = f"{given.rows:,} exposures of {given.items:,} items, one model"
    results.keep("peers", given.into, rows=rows, made={log: results.made(given.threads, given.rounds)})
    results.publish(given.into)
    print(tables.peers(results.load(given.into)["peers"]))


if __name__ == "__main__":
    main()
