"""From findings to ranked models, and to the one line on the fleet. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import Any

from auditor.finding import Finding, ModelReport, Severity, Skip, Summary, Verdict

# Each finding leaves this much of a model's soundness; risk is 100 times what is gone:
# 100 * (1 - product over its findings). One high alone is 80, high and medium 88, one medium 40, one low 10.
LEAVES = {Severity.HIGH: 0.2, Severity.MEDIUM: 0.6, Severity.LOW: 0.9}
MAIN = "outcome-starvation"
GATE = "log-integrity"
ORDER = list(Verdict)

Measures = Mapping[str, Mapping[str, Mapping[str, Any]]]


def rank(
    volumes: Iterable[Mapping[str, Any]], findings: Sequence[Finding], skips: Sequence[Skip], measures: Measures
) -> tuple[ModelReport, ...]:
    """Models ordered by verdict, risk, traffic, name.

    `volumes` holds model_id, exposures, feedback, outcomes and retrains of every model.
    """
    by_model: defaultdict[str, list[Finding]] = defaultdict(list)
    skipped: defaultdict[str, dict[str, Skip]] = defaultdict(dict)
    for finding in findings:
        by_model[finding.model_id].append(finding)
    for skip in skips:
        skipped[skip.model_id][skip.detector] = skip
    found = [
        _unranked(volume, by_model[name], skipped[name], measures)
        for volume in volumes
        for name in [volume["model_id"]]
    ]
    found.sort(key=lambda model: (ORDER.index(model.verdict), -model.risk, -model.exposures, model.model_id))
    return tuple(_ranked(model, place) for place, model in enumerate(found, start=1))


def _unranked(
    volume: Mapping[str, Any], findings: Sequence[Finding], skips: Mapping[str, Skip], measures: Measures
) -> ModelReport:
    name = volume["model_id"]
    verdict = _verdict(findings, skips)
    return ModelReport(
        rank=0,
        model_id=name,
        verdict=verdict,
        risk=risk(findings),
        why=_why(verdict, findings, skips),
        exposures=volume["exposures"],
        feedback=volume["feedback"],
        outcomes=volume["outcomes"],
        retrains=volume["retrains"],
        measures={detector: models[name] for detector, models in measures.items() if name in models},
    )


def _ranked(model: ModelReport, place: int) -> ModelReport:
    return ModelReport(**{**model.__dict__, "rank": place})


def risk(findings: Iterable[Finding]) -> float:
    """0 to 100, to be redone by hand: 100 * (1 - the product of what each finding leaves)."""
    return round(100 * (1 - prod((LEAVES[finding.severity] for finding in findings), start=1.0)), 1)


def _verdict(findings: Sequence[Finding], skips: Mapping[str, Skip]) -> Verdict:
    if any(finding.detector == MAIN and finding.severity is Severity.HIGH for finding in findings):
        return Verdict.STARVED
    # What is wrong with a log alone is no fault of its model.
    if any(finding.severity.order >= Severity.MEDIUM.order for finding in findings if finding.detector != GATE):
        return Verdict.AT_RISK
    return Verdict.NOT_AUDITABLE if MAIN in skips else Verdict.HEALTHY


def _why(verdict: Verdict, findings: Sequence[Finding], skips: Mapping[str, Skip]) -> str:
    if verdict is Verdict.NOT_AUDITABLE:
        return skips[MAIN].reason
    worst = max(findings, key=lambda finding: (finding.severity.order, finding.detector == MAIN), default=None)
    if worst is None or worst.severity is Severity.LOW:
        return "nothing of medium severity or above"
    return worst.title


def summarise(models: Sequence[ModelReport], findings: Sequence[Finding], withdrawn: int) -> Summary:
    """The fleet figure, and the counts behind it. Models that could not be audited are not in the denominator."""
    counts = {verdict: sum(model.verdict is verdict for model in models) for verdict in Verdict}
    audited = len(models) - counts[Verdict.NOT_AUDITABLE]
    return Summary(
        line=_line(counts[Verdict.STARVED], audited, counts[Verdict.NOT_AUDITABLE]),
        models=len(models),
        audited=audited,
        starved=counts[Verdict.STARVED],
        at_risk=counts[Verdict.AT_RISK],
        healthy=counts[Verdict.HEALTHY],
        not_auditable=counts[Verdict.NOT_AUDITABLE],
        findings={severity.value: sum(each.severity is severity for each in findings) for severity in Severity},
        withdrawn=withdrawn,
    )


def _line(starved: int, audited: int, unknown: int) -> str:
    if not audited:
        return "the one model could not be audited" if unknown == 1 else f"none of {unknown} models could be audited"
    rest = f"; {unknown} could not be audited" if unknown else ""
    be = "is" if starved == 1 else "are"
    return f"{starved} of {audited} audited models {be} outcome-starved{rest}"
