"""Why an outcome was chosen: the log's own words, mapped to exploit, explore and holdout."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from auditor.config import Settings
from auditor.errors import AuditError
from auditor.ingest.quoting import literal, printable

POLICIES = ("exploit", "explore", "holdout")
USUAL: Mapping[str, str] = {
    **dict.fromkeys(("exploit", "exploitation", "greedy", "model", "ranker", "treatment"), "exploit"),
    **dict.fromkeys(
        ("explore", "exploration", "random", "randomised", "randomized", "uniform", "epsilon", "bandit_explore"),
        "explore",
    ),
    **dict.fromkeys(("holdout", "control", "organic", "editorial"), "holdout"),
}
SHOWN = 10


def policy_sql(found: Sequence[str], settings: Settings) -> str:
    """SQL that maps the column `policy`, whose distinct values are `found`; '' is NULL.

    Raises AuditError that lists the values which mean none of the three, with the configuration to write.
    """
    said = {theirs.strip().lower(): _known(theirs, ours) for theirs, ours in settings.policies.items()}
    meaning = {value: ({**USUAL, **said}).get(value.strip().lower()) for value in found if value.strip()}
    unknown = sorted(value for value, ours in meaning.items() if ours is None)
    if unknown:
        raise _not_recognised(unknown)
    if all(value == ours for value, ours in meaning.items()) and len(meaning) == len(found):
        return "policy"
    whens = " ".join(f"WHEN {literal(value)} THEN '{ours}'" for value, ours in meaning.items())
    return f"CASE policy {whens} END" if whens else "CAST(NULL AS VARCHAR)"


def _known(theirs: str, ours: str) -> str:
    if ours not in POLICIES:
        raise AuditError(
            f"--policy {theirs}={ours}: {ours!r} is no policy.", f"The policies are {', '.join(POLICIES)}."
        )
    return ours


def _not_recognised(unknown: Sequence[str]) -> AuditError:
    values = ", ".join(repr(value[:60]) for value in unknown[:SHOWN])
    more = f" and {len(unknown) - SHOWN} more" if len(unknown) > SHOWN else ""
    first = printable(unknown[0][:60])
    return AuditError(
        f"The policy column holds values that are not recognised: {values}{more}.",
        f'Say what each means: --policy {first}=explore, or in audit.toml under [policies]: "{first}" = "explore"'
        f" (one of {', '.join(POLICIES)}). If the column is no policy, leave it out with --map policy=none.",
    )
