"""The command line: parse, call, render, exit. Here are the options that several commands share."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, fields
from inspect import Parameter, Signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, get_type_hints

from typer import Argument, Option

from auditor.errors import AuditError

if TYPE_CHECKING:
    from auditor.config import Settings
    from auditor.opening import LogPaths

Texts = list[str] | None
KINDS = ("click", "label")
EXAMPLE = "For example: audit scan logs/, or audit scan exposures.parquet clicks.parquet"


@dataclass(frozen=True)
class LogOptions:
    """Which logs to read, and how: what `scan` and `inspect` have in common."""

    paths: Annotated[
        Texts,
        Argument(metavar="PATHS", help="Files, globs, folders or addresses; roles are taken from names."),
    ] = None
    exposures: Annotated[Texts, Option(metavar="PATH", help="Exposure log, whatever its name. Repeatable.")] = None
    feedback: Annotated[
        Texts,
        Option(
            metavar="PATH|click|label",
            help="Feedback log, whatever its name. Or what feedback is: with click, silence after an "
            "exposure is a no; with label, it is unknown. (A file called click is ./click.) Repeatable.",
        ),
    ] = None
    catalogue: Annotated[Texts, Option(metavar="PATH", help="All outcomes there were. Repeatable.")] = None
    metrics: Annotated[Texts, Option(metavar="PATH", help="Offline and online metrics. Repeatable.")] = None
    model_id: Annotated[str | None, Option(metavar="NAME", help="The model, for a log of one model.")] = None
    retrain_every: Annotated[
        str | None,
        Option(metavar="SPAN", help="Length of a retrain, such as 7d, for a log without model_version."),
    ] = None
    columns: Annotated[
        Texts, Option("--map", metavar="OURS=THEIRS", help="A column, such as item_id=sku. Repeatable.")
    ] = None
    policies: Annotated[
        Texts, Option("--policy", metavar="THEIRS=OURS", help="A policy, such as random=explore. Repeatable.")
    ] = None
    feedback_is: Annotated[str | None, Option(metavar="click|label", help="As --feedback click|label.")] = None
    primary_event: Annotated[
        str | None, Option("--event", metavar="NAME", help="The event that counts as feedback.  [click]")
    ] = None
    attribution_window: Annotated[
        str | None, Option(metavar="SPAN", help="How long after an exposure feedback may come.  [24h]")
    ] = None
    max_bad_rows: Annotated[
        str | None,
        Option(metavar="SHARE", help="More unusable rows than this stop the scan: 0.05 or 5%.  [1%]"),
    ] = None
    select: Annotated[
        Texts, Option(metavar="IDS", help="Only these, and the two that verdicts rest on; commas, or repeatable.")
    ] = None
    threads: Annotated[int | None, Option(metavar="N", min=1, help="Threads.  [all that the host allows]")] = None
    memory_limit: Annotated[
        str | None, Option(metavar="SIZE", help="Memory of the engine, such as 4GB.  [60% of what there is]")
    ] = None
    engine: Annotated[str | None, Option(metavar="duckdb|spark", help="What counts the log.  [duckdb]")] = None
    spark_master: Annotated[
        str | None, Option(metavar="URL", help="Spark's cluster, such as spark://host:7077 or local[4].")
    ] = None
    spark_remote: Annotated[str | None, Option(metavar="URL", help="A Spark Connect server, sc://host.")] = None
    config: Annotated[Path | None, Option(metavar="FILE", help="Configuration.  [audit.toml, else pyproject.toml]")] = (
        None
    )
    quiet: Annotated[bool, Option("--quiet", "-q", help="Silent when all is well.")] = False
    color: Annotated[bool | None, Option("--color/--no-color", help="Colour.  [on a terminal]")] = None

    def logs(self) -> LogPaths:
        """The logs by role; raises AuditError where none is named."""
        files = [path for path in self.feedback or () if path not in KINDS]
        roles = (self.paths, self.exposures, files, self.catalogue, self.metrics)
        if not any(roles):
            raise AuditError("No logs to read.", EXAMPLE)
        from auditor.opening import LogPaths

        return LogPaths(*(tuple(role or ()) for role in roles))

    def settings(self, **more: object) -> Settings:
        """The settings of the file, the environment and these flags, and `more` flags."""
        from auditor.cli.detectors import known_thresholds
        from auditor.config import Settings, load

        if self.select is not None and not any(name.strip(" ,") for name in self.select):
            raise AuditError("--select names no detector.", "audit detectors lists them.")
        known = {option.name for option in fields(Settings)}
        flags = {option.name: getattr(self, option.name) for option in fields(self) if option.name in known}
        flags["columns"] = _pairs("--map", self.columns, "item_id=sku", nothing="none")
        flags["policies"] = _pairs("--policy", self.policies, "random=explore")
        flags["feedback"] = self._kind()
        return load(
            flags | more,
            config=self.config,
            environ=os.environ,
            cwd=Path.cwd(),
            known_thresholds=known_thresholds,
        )

    def _kind(self) -> str | None:
        kinds = {*(word for word in self.feedback or () if word in KINDS), self.feedback_is} - {None}
        if len(kinds) > 1:
            raise AuditError("--feedback: it cannot be both click and label.", "Name one of them.")
        return kinds.pop() if kinds else None


def _pairs(flag: str, texts: Texts, example: str, nothing: str = "") -> dict[str, str]:
    """Names on both sides of =; `nothing` is what an empty right side stands for, if it may be empty."""
    pairs = {}
    for text in texts or ():
        name, equals, other = text.partition("=")
        other = other if other.strip() or not equals else nothing
        if not (name and other):
            raise AuditError(f"{flag}: {text!r} is not two names with = between them.", f"Write {flag} {example}")
        pairs[name] = other
    return pairs


def grouped(command: Callable[..., None]) -> Callable[..., None]:
    """`command`, whose parameters are dataclasses of options, with one parameter an option.

    It lets several commands share a group of options, and keeps their signatures short.
    """
    groups = {name: group for name, group in get_type_hints(command).items() if name != "return"}

    def flat(**options: Any) -> None:
        command(**{name: group(**_part(group, options)) for name, group in groups.items()})

    parameters = [parameter for group in groups.values() for parameter in _parameters(group)]
    flat.__name__, flat.__doc__ = command.__name__, command.__doc__
    vars(flat).update(__signature__=Signature(parameters))
    return flat


def _parameters(group: type[Any]) -> list[Parameter]:
    hints = get_type_hints(group, include_extras=True)
    return [
        Parameter(option.name, Parameter.KEYWORD_ONLY, default=option.default, annotation=hints[option.name])
        for option in fields(group)
    ]


def _part(group: type[Any], options: dict[str, Any]) -> dict[str, Any]:
    return {option.name: options[option.name] for option in fields(group)}
