"""Names and identifiers in text logs, as the programs that wrote them put them."""

from __future__ import annotations

from auditor.ingest.types import Cast, Cell

# Of identifiers only what programs write for "missing"; NA and none may be names.
NO_IDENTIFIER = r"'\s*(NaN|nan|NaT|None|NULL|null|<NA>|)\s*'"
# What such words begin with (blanks, <, N, n), as bounds: they cost a fifth of what the words cost.
MAY_BE_NONE = "({0} < '!' OR {0} BETWEEN '<' AND '=' OR {0} BETWEEN 'N' AND 'O' OR {0} BETWEEN 'n' AND 'o')"
WHOLE_FLOAT = r"'-?[0-9]+\.0+'"


def written_cast(cell: Cell) -> Cast:
    """Text; what programs write for "missing" is NULL."""
    missing = f"{MAY_BE_NONE.format(cell.sql)} AND regexp_full_match({cell.sql}, {NO_IDENTIFIER})"
    return Cast(f"CASE WHEN {missing} THEN NULL ELSE {cell.sql} END")


def written_identifier_cast(cell: Cell) -> Cast:
    """Text; 7.0 is the identifier 7, as in a column of floats; a record or a list (JSON) is none."""
    sql = written_cast(cell).value
    # Digits and the minus lie below the colon: that is cheaper to see than a point within.
    whole = f"{cell.sql} < ':' AND contains({cell.sql}, '.0') AND regexp_full_match({cell.sql}, {WHOLE_FLOAT})"
    # Bounds cost a fraction of the first letter; what else lies within them is no JSON.
    nested = f"({cell.made} >= '{{' OR {cell.made} BETWEEN '[' AND ']') AND json_valid({cell.made})"
    value = f"CASE WHEN {whole} THEN split_part({cell.sql}, '.', 1) ELSE {sql} END"
    return Cast(value, ((nested, f"{cell.name} is a record or list"),))
