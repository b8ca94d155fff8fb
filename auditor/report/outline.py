"""What a report tells people besides its findings: what was read, not said, and left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from auditor.finding import InputSummary, Rejection, Report, Skip
from auditor.report.figures import count

NOTHING_FOUND = "No model collects feedback only on what it already chose."
MODELS_NAMED = 5


@dataclass(frozen=True)
class SkipGroup:
    """One detector that says nothing of `models`; `unlock` is what would let it."""

    detector: str
    reason: str
    unlock: str
    models: tuple[str, ...]

    def who(self, audited: int) -> str:
        """The models by name, up to five of them, or all `audited` models at once."""
        if audited > MODELS_NAMED and len(self.models) == audited:
            return f"all {audited:,} models"
        beyond = len(self.models) - MODELS_NAMED
        named = ", ".join(self.models[:MODELS_NAMED])
        return f"{named} and {beyond:,} more" if beyond > 0 else named


def nothing_found(report: Report) -> bool:
    """Whether models were audited, and nothing at all is held against them."""
    summary = report.summary
    return summary.audited > 0 and not report.findings and not summary.hidden and not summary.starved


def reading(report: Report) -> Iterator[tuple[str, str]]:
    """What was read, over which time and how, and what was taken for what: (topic, text) pairs."""
    inputs = "; ".join(map(_input, report.inputs))
    if inputs:
        yield "read", inputs
    window = ", ".join(_window(dict(report.window)))
    if window:
        yield "window", window
    taken = "; ".join(filter(None, map(_taken, report.inputs)))
    if taken:
        yield "columns", taken


def skip_groups(report: Report) -> list[SkipGroup]:
    """Skips by detector and unlock, with the commonest reason; those that concern most models first."""
    groups: dict[tuple[str, str], list[Skip]] = {}
    for skip in report.skips:
        groups.setdefault((skip.detector, skip.unlock), []).append(skip)
    grouped = [_group(skips) for skips in groups.values()]
    return sorted(grouped, key=lambda group: -len(group.models))


def _group(skips: Sequence[Skip]) -> SkipGroup:
    reasons = Counter(skip.reason for skip in skips)
    (reason, _), *others = reasons.most_common()
    told = f"{reason}, or alike" if others else reason
    return SkipGroup(skips[0].detector, told, skips[0].unlock, tuple(skip.model_id for skip in skips))


def rejections(report: Report) -> Iterator[str]:
    """For each input with rows that were not used: how many, why, and one example of each."""
    for source in report.inputs:
        unused = source.rows_read - source.rows_used
        if source.rejected or unused:
            text = f"{count(unused)} of {count(source.rows_read)} {source.role}"
            yield ": ".join(filter(None, (text, "; ".join(map(_rejection, source.rejected)))))


def left_out(report: Report) -> Iterator[str]:
    """Findings that the report counts but does not show."""
    summary = report.summary
    if summary.hidden:
        yield f"{_findings(summary.hidden)} below --min-severity hidden"
    if summary.withdrawn:
        yield f"{_findings(summary.withdrawn)} withdrawn: within what chance gives over so many models"
    if report.ignored:
        yield f"{_findings(len(report.ignored))} ignored by configuration or baseline"
    if report.resolved:
        yield f"{_findings(len(report.resolved))} resolved since the scan before"


def _findings(number: int) -> str:
    return f"{number:,} finding" + ("s" if number != 1 else "")


def _input(source: InputSummary) -> str:
    files = source.files[0] if len(source.files) == 1 else f"{len(source.files):,} files"
    return f"{count(source.rows_read)} {source.role} ({files})"


def _window(window: dict[str, object]) -> Iterator[str]:
    start, end = window.pop("start", None), window.pop("end", None)
    if start and end:
        yield f"{day(str(start))} to {day(str(end))}"
    matched, origin = window.pop("attribution", None), window.pop("retrains_from", None)
    if matched:
        yield {"joined": "feedback in the exposure log", "none": "no feedback matched"}.get(
            str(matched), f"feedback matched by {matched}"
        )
    if origin:
        yield {"none": "one retrain", "calendar": "retrains cut from the calendar"}.get(
            str(origin), f"retrains from {origin}"
        )
    for key, value in window.items():
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            yield f"{key.replace('_', ' ')} {value}"


def day(instant: str) -> str:
    """The date of an ISO 8601 instant."""
    return instant[:10] if instant[10:11] in {"T", " "} else instant


def _taken(source: InputSummary) -> str:
    uses = [f"{use.column} read as {use.canonical}" for use in source.columns if use.how != "exact"]
    return f"{', '.join(uses)} ({source.role})" if uses else ""


def _rejection(rejection: Rejection) -> str:
    example = f" (such as {rejection.example})" if rejection.example else ""
    return f"{rejection.reason} {count(rejection.rows)}{example}"
