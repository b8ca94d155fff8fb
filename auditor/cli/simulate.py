"""`audit simulate`: writes logs of a fleet whose loops are known."""

from __future__ import annotations

from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from auditor.errors import AuditError

if TYPE_CHECKING:
    from auditor.simulate import ModelSpec, Written


class LogFormat(StrEnum):
    """The formats that logs can be written in."""

    PARQUET = "parquet"
    CSV = "csv"
    CSV_GZ = "csv.gz"


def simulate(  # noqa: PLR0913, PLR0917 - one parameter an option
    directory: Annotated[Path, typer.Argument(help="Folder to write into; made if it is not there.")],
    model: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME:POLICY[,KEY=VALUE]...",
            help="A model, such as feed:greedy,explore=0.05. Repeatable. Without it: a fleet of eighteen.",
        ),
    ] = None,
    retrains: Annotated[int | None, typer.Option(min=1, help="Weekly retrains a model.  [6]")] = None,
    exposures: Annotated[int | None, typer.Option(min=1, help="Exposures a retrain and model.  [20000]")] = None,
    items: Annotated[
        int | None, typer.Option(min=2, help="Outcomes a model; actions and classes have their own.  [1000]")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed writes the same logs.")] = 0,
    log_format: Annotated[LogFormat, typer.Option("--format", help="Format of the logs.")] = LogFormat.PARQUET,
    sample: Annotated[
        bool, typer.Option("--sample", help="The fleet of sample_logs at its own sizes, beside any --model.")
    ] = False,
    force: Annotated[
        bool,
        typer.Option("--force", help="Write into a folder that is not empty, over an earlier simulation."),
    ] = False,
) -> None:
    """Writes logs of a fleet whose loops are known, to see what an audit makes of them.

    Policies without a loop: uniform, popularity, quality.

    Policies that retrain on their own feedback: polya, greedy, thompson,
    linucb, collaborative, item_knn, personal, approval, classifier.
    """
    if find_spec("numpy") is None:
        raise AuditError("simulating needs numpy, which is not installed", "pip install numpy")
    from auditor.simulate import write_logs

    sizes = {"retrains": retrains, "exposures": exposures, "items": items}
    fleet = _fleet(model or [], {key: size for key, size in sizes.items() if size is not None}, sample)
    written = write_logs(directory, fleet, seed, file_format=log_format.value, force=force)
    _tell(directory, fleet, written)


def _fleet(models: list[str], sizes: dict[str, int], sample: bool) -> list[ModelSpec]:
    """The sample fleet (resized unless it was asked for as it is), or the models named, or both."""
    from auditor.simulate import parse_spec, resized, sample_fleet

    named = [parse_spec(text, **sizes) for text in models]
    if sample:
        return [*sample_fleet(), *named]
    return named or [resized(spec, **sizes) for spec in sample_fleet()]


def _tell(directory: Path, fleet: list[ModelSpec], written: Written) -> None:
    """One line on what was written and a table of what was planted, on stderr."""
    from auditor.simulate import planted

    counts = ", ".join(f"{rows:,} {role}" for role, rows in written.rows.items())
    typer.echo(f"wrote {counts} of {len(fleet)} models to {_visible(str(directory))}", err=True)
    rows = [("model", "policy", "items", "exposures", "planted")]
    for spec in fleet:
        size = f"{spec.exposures:,} x {spec.retrains}"
        rows.append((_visible(spec.name), spec.policy, f"{spec.items:,}", size, planted(spec)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        typer.echo("  ".join(cells).rstrip(), err=True)


def _visible(text: str) -> str:
    return text if text.isprintable() else repr(text)
