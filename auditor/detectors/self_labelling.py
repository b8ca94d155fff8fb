"""Models that write the labels they learn from.

What it looks for
    Labels whose `label_source` says that a model wrote them: how many there
    are, whether their share rises, and whether classes die out under them.

Why it matters
    A label that repeats the model's own guess corrects nothing. Retrain after
    retrain the rare classes go first, as the model names them least, and what
    it was wrong about becomes the truth that it is measured by.

How it is computed
    For each retrain, of the feedback whose source is named:
    written         share of labels written by a model (`label_source` is
                    model, auto, ml, llm, synthetic, pseudo, predicted or
                    self), with its interval (Wilson). Human are human,
                    annotator, manual, user, customer, expert; a rule is rule,
                    heuristic, system; other words count as unknown.
    rise            written in the last retrain minus that in the first, with
                    its interval (Newcombe)
    vanished        classes of the first retrain that the last one has no label
                    of, over those of the first. A class is a value of the
                    label; where there are only two values, a value of one
                    outcome, held against the labels of that outcome alone.
    fewer_values    distinct values in equally many labels, last retrain over
                    first. Labels are cut to half of the smaller retrain by
                    rarefaction: the expected number of values in a subsample.
    Of several labels on one exposure the worst source counts: the model's
    before a rule's before a person's. Retrains with less than a tenth of the
    median labels still wait for them and are left out.
    Low: the share rises. Medium: its lower bound is above a fifth. High: it is
    above a half, and classes have vanished or values become fewer.

Null
    The labels of both retrains come from one world: shuffled, a class with m
    of them is absent from the last retrain with the hypergeometric chance of
    drawing none of m. The sum over classes is `vanished_null`. (From the first
    retrain alone, with share p, it would be (1 - p)^n; but rare classes are in
    there by luck, and that would call luck a loss.)

When it is wrong
    If `label_source` does not say the truth. Labels that come in bursts vanish
    more often than those drawn one by one. A class may vanish because the
    world lost it: that alone is no finding here.

What to do
    Have people label a random sample of every retrain's exposures, above all
    of rare classes, and train on those. Keep the model's own labels out, or
    give them little weight; never measure by them.

References
    Shumailov et al. (2024), Nature 631:755 (model collapse). Hurlbert (1971),
    Ecology 52:577 (rarefaction). Hoeffding (1956), Ann. Math. Stat. 27:713
    (the binomial bounds a sum of unequal chances). Newcombe (1998), Stat. Med.
    17:873.
"""

from __future__ import annotations

import polars as pl

from auditor.detectors.detector import Detector, Judgement, Row, Signal, Silence, Want, number
from auditor.detectors.label_loss import fewer_values, lost, vanished
from auditor.detectors.thresholds import SelfLabelling
from auditor.finding import Evidence, Severity
from auditor.rollup import Rollups
from auditor.statistics import binomial_tail_above, normal_tail, wilson


def measure(rollups: Rollups, thresholds: SelfLabelling) -> pl.LazyFrame:  # noqa: ARG001
    """One row a model: who wrote its labels in the last retrain and the first, and which classes were lost between."""
    classes = rollups.frame("label_classes").lazy()
    return (
        rollups.frame("kinds")
        .lazy()
        .select("model", is_labelled="labels")
        .join(_written(rollups.frame("label_writers").lazy()), on="model", how="left")
        .join(vanished(classes), on="model", how="left")
        .join(fewer_values(classes), on="model", how="left")
        .sort("model")
    )


def _written(writers: pl.LazyFrame) -> pl.LazyFrame:
    """The ends of each model's series; the first one is null where there is but one retrain."""
    low, high = wilson(pl.col("by_model"), pl.col("labels"))
    series = writers.with_columns(
        written=pl.col("by_model") / pl.col("labels"),
        written_low=low,
        written_high=high,
        **{who: pl.col(f"by_{who}") / pl.col("labels") for who in ("human", "rule", "unknown")},
    ).sort("model", "retrain")
    ends = ("written", "written_low", "written_high", "labels", "by_model", "human", "rule", "unknown")
    several = pl.len() > 1
    return (
        series.group_by("model")
        .agg(
            pl.len().alias("labelled_retrains"),
            *(pl.col(name).last() for name in ends),
            *(pl.when(several).then(pl.col(name).first()).alias(f"{name}_first") for name in ends[:4]),
        )
        .with_columns(rise=pl.col("written") - pl.col("written_first"))
        .with_columns(
            rise_low=pl.col("rise") - _apart("written", "written_low", "written_high_first"),
            rise_high=pl.col("rise") + _apart("written", "written_high", "written_low_first"),
        )
    )


def _apart(value: str, bound: str, bound_first: str) -> pl.Expr:
    """Newcombe's distance from a difference to its bound: squares of the distances of both sides add up."""
    own, first = pl.col(bound) - pl.col(value), pl.col(bound_first) - pl.col(f"{value}_first")
    return (own**2 + first**2).sqrt()


def judge(row: Row, thresholds: SelfLabelling) -> Judgement:
    """Much written by the model is medium; most, while classes die out, high; on its way there, low."""
    if silence := _silence(row, thresholds):
        return silence
    low = number(row, "written_low")
    if low is None:
        return None
    if low > thresholds.mostly_written and (found := lost(row, thresholds)):
        return _signal(row, Severity.HIGH, f"{_own(row)}, and {found}", thresholds)
    if low > thresholds.written:
        return _signal(row, Severity.MEDIUM, _own(row), thresholds)
    if low > thresholds.rising and (number(row, "rise_low") or 0.0) > thresholds.rising:
        return _signal(row, Severity.LOW, _own(row), thresholds)
    return None


def _silence(row: Row, thresholds: SelfLabelling) -> Silence | None:
    """Reactions are written by people: a model without labels has nothing to hide."""
    labels = row["labels"]
    if labels is None:
        told = "its labels do not say who wrote them"
        return Silence(told, "`label_source` (model, human or rule) on each label") if row["is_labelled"] else None
    if labels < thresholds.enough_labels:
        return Silence(
            f"{labels:,} labels in the last retrain, needs {thresholds.enough_labels:.0f}", "a longer export"
        )
    if row["unknown"] > 0.5 and row["written_low"] <= thresholds.written:
        told = f"{row['unknown']:.0%} of labels have no `label_source` that says model, human or rule"
        return Silence(told, "`label_source` mapped to model, human or rule")
    return None


def _own(row: Row) -> str:
    own = f"{row['written']:.0%} of the labels in the last retrain were written by a model"
    rise = number(row, "rise_low")
    return f"{own}, {row['written_first']:.0%} in the first" if rise is not None and rise > 0 else own


def _signal(row: Row, severity: Severity, title: str, thresholds: SelfLabelling) -> Signal:
    remedy = (
        "Have people label a random sample of each retrain's exposures, rare classes above all, and train on those; "
        "leave the model's own labels out, or give them little weight, and never measure by them."
    )
    return Signal(severity, title, _evidence(row), remedy, p_value=_p_value(row, severity, thresholds))


def _p_value(row: Row, severity: Severity, thresholds: SelfLabelling) -> float:
    """Of a share no higher than the threshold; of a rise that is none, for a low finding."""
    if severity is not Severity.LOW:
        return binomial_tail_above(row["by_model"], row["labels"], thresholds.written)
    return normal_tail(1.96 * row["rise"] / max(row["rise"] - row["rise_low"], 1e-9))


def _evidence(row: Row) -> tuple[Evidence, ...]:
    n = int(row["labels"])
    items = [
        Evidence("labels written by a model", row["written"], row["written_low"], row["written_high"], 0.0, n, "share"),
        Evidence("labels written by people", row["human"], n=n, unit="share"),
    ]
    for who in ("rule", "unknown"):
        if row[who] > 0:
            items.append(
                Evidence(f"labels written by {'a rule' if who == 'rule' else who}", row[who], n=n, unit="share")
            )
    if number(row, "rise") is not None:
        items.append(
            Evidence("rise since the first retrain", row["rise"], row["rise_low"], row["rise_high"], 0.0, n, "share")
        )
    if number(row, "vanished") is not None:
        items.append(_interval(row, "vanished", "classes that vanished", row["vanished_null"], "share"))
    if number(row, "fewer_values") is not None:
        items.append(_interval(row, "fewer_values", "distinct values, last over first", 1.0, "ratio"))
    return tuple(items)


def _interval(row: Row, name: str, label: str, null: float, unit: str) -> Evidence:
    n = row["classes_first"] if name == "vanished" else row["equal_labels"]
    return Evidence(label, row[name], row[f"{name}_low"], row[f"{name}_high"], null, int(n), unit)


DETECTOR = Detector(
    id="self-labelling",
    page=__doc__,
    thresholds=SelfLabelling(),
    measure=measure,
    judge=judge,
    wants=(
        Want("label_source", "who wrote a label is not known", essential=True, role="feedback"),
        Want("model_version", "whether the share rises, and classes vanish, cannot be told"),
        Want("timestamp", "retrains have no order, so neither rise nor loss can be told"),
    ),
)
