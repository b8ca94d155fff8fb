"""A realistic report of twelve models, and ways to make odd ones."""

from __future__ import annotations

from auditor.finding import (
    ColumnUse,
    Confidence,
    Evidence,
    Finding,
    InputSummary,
    ModelReport,
    Rejection,
    Report,
    Severity,
    Skip,
    Summary,
    Verdict,
)

LONG_NAME = "marketing-emails-second-generation-subject-line-bandit-de-at"

FLEET = [
    ("homepage-ranker", Verdict.STARVED, 96, 48_128_450, 20_000, (0.0006, 0.0, 0.0011), 0.931, 0.0013),
    (LONG_NAME, Verdict.STARVED, 91, 812_450, 1_250, (0.004, 0.001, 0.0093), 0.874, 0.0264),
    ("video-autoplay", Verdict.STARVED, 88, 9_140_112, 184_220, (0.0103, 0.0091, 0.0117), 0.842, 0.0041),
    ("search-rerank-v3", Verdict.STARVED, 84, 4_001_230, 52_113, (0.0001, 0.0, 0.0004), 0.713, 0.0310),
    ("loan-approval", Verdict.STARVED, 79, 61_004, 2, (0.0, 0.0, 0.0021), 0.5, None),
    ("push-notifications", Verdict.AT_RISK, 57, 1_204_551, 640, (0.031, 0.028, 0.035), 0.552, 0.084),
    ("news-front", Verdict.AT_RISK, 41, 2_310_009, 8_412, (0.048, 0.041, 0.056), 0.391, 0.112),
    ("cart-upsell", Verdict.HEALTHY, 12, 640_220, 3_100, (0.102, 0.098, 0.107), 0.118, 0.301),
    ("similar-items", Verdict.HEALTHY, 8, 7_800_100, 20_000, (0.214, 0.201, 0.229), 0.052, 0.402),
    ("pricing", Verdict.HEALTHY, 4, 90_412, 24, (0.38, 0.33, 0.44), 0.0, 0.61),
    ("random-shelf", Verdict.HEALTHY, 0, 1_374_327, 80, (0.998, 0.99, 1.006), 0.0, 0.97),
    ("beta-widget", Verdict.NOT_AUDITABLE, 0, 412, 96, None, None, None),
]
WHY = {
    Verdict.STARVED: "starved and closed: outcomes without feedback get no second chance",
    Verdict.AT_RISK: "narrowing, and its exploration is thin",
}


def model(rank: int, row: tuple) -> ModelReport:
    name, verdict, risk, exposures, outcomes, exploration, starved, effective = row
    measures = {}
    if exploration:
        value, low, high = exploration
        measures["outcome-starvation"] = {
            "exploration": value,
            "exploration_low": low,
            "exploration_high": high,
            "starved_excess": starved,
            "basis": "implied",
        }
    if effective is not None:
        measures["impression-gini"] = {"effective_share": effective}
    why = WHY.get(verdict, "")
    return ModelReport(rank, name, verdict, float(risk), why, exposures, exposures // 20, outcomes, 6, measures)


def starvation(model_id: str, n: int) -> Finding:
    return Finding(
        "outcome-starvation",
        model_id,
        Severity.HIGH,
        Confidence.HIGH,
        "93% of the catalogue gets too few exposures to be learned about, and what gets none stays there",
        (
            Evidence("starved_share", 0.938, 0.9312, 0.9447, 0.007, 20_000, "share"),
            Evidence("exploration", 0.0006, 0.0, 0.0011, 1.0, n, "share"),
            Evidence("self_sourced_share", 0.991, 0.9904, 0.9915, None, n // 20, "share"),
        ),
        "Give 2 to 5% of exposures to outcomes drawn at random, log them as policy=explore with their "
        "propensity, and train on those rows with inverse-propensity weights.",
    )


def gini(model_id: str) -> Finding:
    return Finding(
        "impression-gini",
        model_id,
        Severity.MEDIUM,
        Confidence.HIGH,
        "Half of all exposures go to 27 outcomes",
        (
            Evidence("effective_number", 27.34, 26.9, 27.8, 19_871.0, 48_128_450, "outcomes"),
            Evidence("gini_excess", 0.9912, 0.9905, 0.9918, 0.0, 48_128_450, "index"),
            Evidence("top_share", 0.8741, 0.8733, 0.8748, 0.0112, 48_128_450, "share"),
        ),
        "Cap the exposures of one outcome per user and day.",
        first_seen="2026-02-01T04:00:00Z",
        status="ongoing",
    )


def drift(model_id: str, segment: str | None = None) -> Finding:
    return Finding(
        "retrain-drift",
        model_id,
        Severity.LOW,
        Confidence.MEDIUM,
        "Each retrain narrows what is shown",
        (
            Evidence("divergence", 0.1281, 0.121, 0.1349, 0.0221, 6, "bits"),
            Evidence("effective_number_change", -0.184, -0.22, -0.15, 0.0, 6, "ratio"),
        ),
        "Compare this retrain with the one before on randomised rows before it goes live.",
        segment=segment,
    )


def inputs() -> tuple[InputSummary, ...]:
    columns = (ColumnUse("item_id", "sku", "alias"), ColumnUse("timestamp", "timestamp", "exact"))
    rejected = (
        Rejection("timestamp not parseable", 1_204, "exposures-03.parquet, row 17: timestamp=n/a"),
        Rejection("exact duplicate", 88),
    )
    files = tuple(f"logs/exposures-{i:02}.parquet" for i in range(12))
    return (
        InputSummary("exposures", files, "parquet", columns, ("os",), 75_563_569, 75_562_277, rejected),
        InputSummary(
            "feedback", ("logs/clicks.csv.gz",), "csv", (ColumnUse("clicked", "click", "alias"),), (),
            3_778_113, 3_778_113,
        ),
    )  # fmt: skip


def skips() -> tuple[Skip, ...]:
    names = [row[0] for row in FLEET]
    catalogue = [
        Skip("cold-start", name, "no catalogue with dates", "a catalogue with available_from") for name in names
    ]
    values = [
        Skip("proxy-divergence", name, "one kind of feedback only", "a second event, or a value") for name in names[:8]
    ]
    few = [Skip("silent-failure", name, "2 retrains, needs 3", "a longer log") for name in ("pricing", LONG_NAME)]
    little = [Skip("outcome-starvation", "beta-widget", "412 exposures of 96 outcomes, needs 1,000")]
    return tuple(catalogue + values + few + little)


def example() -> Report:
    models = tuple(model(rank, row) for rank, row in enumerate(FLEET, 1))
    findings = (
        *(starvation(row[0], row[3]) for row in FLEET[:5]),
        gini("homepage-ranker"),
        drift("homepage-ranker", segment="DE"),
        gini("push-notifications"),
        drift("news-front"),
    )
    summary = Summary(
        "5 of 11 audited models are outcome-starved",
        12,
        11,
        5,
        2,
        4,
        1,
        {"high": 5, "medium": 2, "low": 2},
        1,
    )
    return Report(
        run_id="0198c7d2",
        started_at="2026-03-30T04:00:00Z",
        tool={"name": "auditor", "version": "0.1.0"},
        inputs=inputs(),
        window={
            "start": "2026-01-01T00:00:00Z",
            "end": "2026-03-29T23:59:58Z",
            "attribution": "request_id + item_id",
            "retrains_from": "model_version",
        },
        settings={"max_bad_rows": {"value": 0.01, "source": "default"}},
        summary=summary,
        models=models,
        findings=findings,
        skips=skips(),
        warnings=("The last retrain of news-front has 2 of its usual 7 days; it is left out of trends.",),
        ignored=({"fingerprint": "0" * 64, "reason": "launch week"},),
        resolved=(),
    )
