"""A report of one model, with or without findings."""

from __future__ import annotations

from auditor.finding import Confidence, Evidence, Finding, ModelReport, Report, Severity, Summary, Verdict


def finding(severity: Severity = Severity.HIGH, status: str = "new") -> Finding:
    evidence = (Evidence("starved", 0.9, 0.88, 0.92, 0.01, 5000, "share"),)
    return Finding(
        "outcome-starvation", "feed", severity, Confidence.HIGH, "starved", evidence, "explore", status=status
    )


def fleet_report(*findings: Finding, audited: int = 1, warnings: tuple[str, ...] = ()) -> Report:
    counts = {level.value: sum(each.severity is level for each in findings) for level in Severity}
    model = ModelReport(1, "feed", Verdict.STARVED if findings else Verdict.HEALTHY, 0.0, "", 100, 10, 5, 2)
    return Report(
        run_id="run",
        started_at="2026-03-30T04:00:00+00:00",
        tool={"name": "auditor", "version": "0"},
        inputs=(),
        window={"start": None, "end": None, "attribution": "none", "retrains_from": "none"},
        settings={},
        summary=Summary(f"{len(findings)} of {audited} audited models", 1, audited, 0, 0, 1, 0, counts, withdrawn=0),
        models=(model,),
        findings=findings,
        skips=(),
        warnings=warnings,
    )
