"""What is shown of a report, and in which order."""

from __future__ import annotations

from dataclasses import replace

from auditor.finding import Finding, Report, Severity


def visible(report: Report, min_severity: Severity) -> Report:
    """`report` without the findings below `min_severity`; `summary.hidden` grows by their number.

    Models stay, and so do the summary's other counts: they are of the audit, not of what is shown.
    """
    shown = tuple(finding for finding in report.findings if finding.severity.order >= min_severity.order)
    hidden = report.summary.hidden + len(report.findings) - len(shown)
    return replace(report, findings=shown, summary=replace(report.summary, hidden=hidden))


def by_model(report: Report) -> dict[str, list[Finding]]:
    """The findings of each model that has any, worst first, else in the report's order."""
    grouped: dict[str, list[Finding]] = {}
    for finding in sorted(report.findings, key=lambda finding: -finding.severity.order):
        grouped.setdefault(finding.model_id, []).append(finding)
    return grouped
