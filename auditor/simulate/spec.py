"""What a model of a simulated fleet is: its policy, its world, and what its log records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from auditor.errors import AuditError
from auditor.simulate.checks import check
from auditor.simulate.defaults import FALLBACK, LABELLED, POLICY_DEFAULTS, UNSET
from auditor.simulate.nearest import nearest


@dataclass(frozen=True)
class ModelSpec:
    """One simulated model. Raises AuditError for a value out of its range (`defaults.RANGES`, `defaults.WORDS`).

    The loop
        `policy` is a key of `POLICY_DEFAULTS`; `exposures` a retrain, over `items` live outcomes, for
        `retrains` logged retrains after `warmup` that are not logged. `explore` is the share of exposures
        drawn uniformly over the catalogue (approval: approved whatever the score). `exponent` sharpens
        polya, popularity, quality, personal and classifier; `top_k` outcomes are shown by greedy,
        collaborative, item_knn and linucb, the first two's best by `ranks_by`: 'rate' of feedback, or number
        of 'clicks'. `memory` is the feedback that a retrain learns from, 'last' retrain's or 'all' so far;
        `smoothing` the prior in clicks an outcome (polya, item_knn), clicks a category (personal) or exposures
        an outcome (the rest; linucb: a feature). `launch` is how the first retrain of polya, greedy,
        collaborative, item_knn and linucb chooses: 'uniform', or by 'popularity'. `newcomer_boost`
        is the share of own choices kept for outcomes new in this retrain; `pooling` the share of its own
        feedback that each group gives up for everybody's, added every retrain (1: all converge at once).
        `late` is the share of exposures whose answer, be it none, the next retrain does not know yet: neither
        the exposure nor its feedback counts before the one after. In the log such feedback comes in the week
        of the next retrain (labels that the model writes itself are never late).
    What may be wrong with exploration
        `explore_from` 'popular' draws it from the better-known half of the catalogue; `explore_served` is
        the share of it that is really carried out. Users are in `segments` countries (0: not logged); the
        first `closed_segments` of them get no exploration, and each then has a policy of its own (`groups`
        is a multiple of `segments`).
    Labels (approval and classifier)
        `self_labels` is the share of labels that the model writes itself, and believes in the next
        retrain; it grows by `self_labels_growth` every retrain. `followed_up` is the share of denials whose
        outcome is found out nonetheless; `rule_labels` the share of the other labels that a rule writes.
        A classifier has one group a class, and the label's value is the number of the class, from 1.
    The world
        `click_rate` is the mean feedback rate, `quality_spread` the standard deviation of its log-odds over
        outcomes, `quality_tail` their law at that same deviation ('normal', 'heavy': Student's t with 3 degrees
        of freedom, 'light': uniform), `groups` the number of audiences of different taste, `drift` the standard
        deviation of the random walk of the log-odds a retrain, `turnover` the share of the catalogue replaced a
        retrain, `seasonality` the amplitude of the feedback rate over four retrains, `uplift` its growth a
        retrain for all outcomes alike, `growth` of exposures a retrain. `category_taste` is the standard
        deviation of the log-odds over a group's categories, `popularity_fit` the correlation of an outcome's
        fixed popularity with its quality. The chance that people look at a position falls as position **
        -`position_decay` (0: they look at all alike). The model's own choices stand in the order of its policy,
        likeliest first, and an outcome's feedback rate is multiplied by how much more often than an average
        position of the slate its usual ones are looked at; randomised ones stand anywhere. Both have the same
        mean rate, `click_rate` where all outcomes are alike; no rate exceeds 0.999.
    Second events
        After a click comes a `second_event` ('purchase', 'dwell'; '': none) with probability `second_rate`
        and a value of `second_value` on average. Its quality varies over outcomes by `second_spread` and
        correlates by `second_fit` with the quality of the clicks (negative: clickbait); it is in the rate,
        or in the value where the rate is 1.
    The log
        `log_*` say which columns are filled; `users` is the number of user ids (0: not logged), `slate`
        the most outcomes a request holds, `organic` feedback without exposure as a share of the feedback
        with, `direct` the share of that which came directly rather than by search, `prefix` the beginning of
        item ids. `credited_share` of the clicks are logged once more as those of the model `credited_to`.
        `propensities` are 'honest', as 'configured' (whatever of the exploration is served), 'stale' (the
        retrain's before) or all 'ones'. `metrics` reported by its team: 'sound' ones improve all, 'offline'
        ones while those online get worse, 'loop' ones while the authentic get worse; `metrics_noise` is their
        standard deviation in steps of a retrain.
    What is wrong with the log (the loop itself goes on undisturbed)
        `log_duplicates` is the share of exposure rows that are written twice, `log_lost` the share of feedback
        rows that are lost (in a joined log: clicks that it does not tell of). With `log_only_clicked` an
        exposure is logged only where feedback came.

    Fields left at '', 0 or -1 where that means nothing take the policy's own default (`POLICY_DEFAULTS`).
    """

    name: str
    policy: str
    exposures: int = 20_000
    items: int = 0
    retrains: int = 6
    explore: float = 0.0
    exponent: float = 1.0
    top_k: int = 20
    click_rate: float = 0.0
    quality_spread: float = -1.0
    memory: str = ""
    smoothing: float = -1.0
    groups: int = 0
    warmup: int = 0
    drift: float = 0.0
    turnover: float = 0.0
    seasonality: float = 0.0
    growth: float = 0.0
    users: int = 2_000
    slate: int = 0
    organic: float = 0.0
    prefix: str = "item"
    log_version: bool = True
    log_policy: bool = False
    log_propensity: bool = False
    log_clicked: bool = False
    ranks_by: str = "rate"
    launch: str = "uniform"
    newcomer_boost: float = 0.0
    pooling: float = 0.0
    explore_from: str = "all"
    explore_served: float = 1.0
    segments: int = 0
    closed_segments: int = 0
    self_labels: float = 0.0
    self_labels_growth: float = 0.0
    followed_up: float = 0.0
    rule_labels: float = 0.0
    uplift: float = 0.0
    category_taste: float = 0.0
    popularity_fit: float = 0.0
    second_event: str = ""
    second_rate: float = 0.2
    second_value: float = 30.0
    second_spread: float = 1.0
    second_fit: float = 0.0
    direct: float = 0.0
    credited_to: str = ""
    credited_share: float = 0.5
    propensities: str = "honest"
    metrics: str = ""
    metrics_noise: float = 0.3
    log_score: bool = False
    log_category: bool = False
    log_feedback_model: bool = False
    quality_tail: str = "normal"
    position_decay: float = 0.0
    late: float = 0.0
    log_duplicates: float = 0.0
    log_lost: float = 0.0
    log_only_clicked: bool = False

    def __post_init__(self) -> None:
        if self.policy not in POLICY_DEFAULTS:
            hint = nearest(self.policy, POLICY_DEFAULTS)
            raise AuditError(f"model {self.name!r}: there is no policy {self.policy!r}", hint)
        self._fill_from_policy()
        check(self)

    @property
    def labelled(self) -> bool:
        """Whether feedback is a label, and silence says nothing."""
        return self.policy in LABELLED

    @property
    def labels_itself(self) -> bool:
        """Whether the model writes some of the labels that it learns from."""
        return self.self_labels > 0.0 or self.self_labels_growth > 0.0

    @property
    def minds_categories(self) -> bool:
        """Whether what is chosen or liked hangs on the category."""
        return self.policy in {"personal", "linucb"} or self.category_taste > 0.0

    def _fill_from_policy(self) -> None:
        chosen = {**FALLBACK, **POLICY_DEFAULTS[self.policy]}
        for field, unset in UNSET.items():
            if getattr(self, field) == unset:
                object.__setattr__(self, field, self._default(field, chosen[field]))

    def _default(self, field: str, chosen: Any) -> Any:
        if field == "groups":
            apart = self.segments if self.closed_segments else 1
            return self.items if self.policy == "classifier" else max(chosen, apart)
        return chosen
