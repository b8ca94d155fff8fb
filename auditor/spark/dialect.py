"""The audit's SQL, written once in DuckDB's dialect, in that of Spark.

sqlglot passes on what it does not know, and maps some of what it knows to something that is merely alike. So only what
is listed here is let through: every function in it was held against DuckDB, on Spark 4. What nothing here can see is
a cast of a fraction to an integer: DuckDB rounds it, Spark cuts it off; the SQL of the audit casts none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from sqlglot import ErrorLevel, exp

from auditor.errors import AuditError

ALIKE: tuple[type[exp.Expr], ...] = (
    exp.AnyValue, exp.ApproxDistinct, exp.ArgMax, exp.ArgMin, exp.Avg, exp.Case, exp.Cast, exp.Ceil, exp.Coalesce,
    exp.Concat, exp.Count, exp.DenseRank, exp.Exists, exp.Exp, exp.Floor, exp.Greatest, exp.If, exp.Least, exp.Left,
    exp.Length, exp.Ln, exp.LogicalAnd, exp.LogicalOr, exp.Lower, exp.MD5, exp.Max, exp.Median, exp.Min, exp.Nullif,
    exp.Pow, exp.Replace, exp.Right, exp.Round, exp.RowNumber, exp.Sqrt, exp.Substring, exp.Sum,
    exp.Trim, exp.TryCast, exp.Abs, exp.And, exp.Or, exp.Xor,
)  # fmt: skip
TIMES = frozenset({exp.DataType.Type.TIMESTAMP, exp.DataType.Type.TIMESTAMPNTZ, exp.DataType.Type.TIMESTAMPTZ})
KEY = "item_id"
# Of what either engine takes for a time or a number, Spark takes more; this both do.
ISO_TIME = r"\A\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}:\d{2}(\.\d{1,9})?)?\s*(Z|[+-]\d{2}(:\d{2})?)?\z"
# Formats of times, with the shape that both engines read by them.
WRITTEN: Mapping[str, tuple[str, str]] = {
    "%Y%m%d": (r"\A\d{8}\z", "yyyyMMdd"),
    "%Y-%m-%d %H:%M:%S.%f": (r"\A\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}\.\d{1,6}\z", "yyyy-MM-dd HH:mm:ss.SSSSSS"),
}
NUMBER = r"(?i)\A\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*\z|\A\s*([+-]?inf(inity)?|nan)\s*\z"


def to_spark(query: exp.Expr, *, named: bool = True) -> str:
    """`query`, parsed from DuckDB's dialect, for Spark. Raises AuditError for what means something else there.

    `named`: instead of its hash an outcome has its name, to be hashed when it arrives by the engine that hashes all
    others. Else it has a hash of Spark's own.
    """
    for join in query.find_all(exp.Join):
        if join.args.get("method"):
            raise _unknown(join)
    tree = query.copy()
    for made in tree.find_all(exp.CTE):
        made.set("materialized", None)
    for node in reversed(list(tree.bfs())):
        if named and _is_key(node):
            node.replace(node.expressions[0])
        elif (other := _node(node)) is not node:
            node.replace(other)
    return str(tree.sql("spark", comments=False, unsupported_level=ErrorLevel.RAISE))


def _node(node: exp.Expr) -> exp.Expr:
    """What one node becomes."""
    if isinstance(node, exp.DataType) and node.this in TIMES:
        return exp.DataType.build("TIMESTAMPTZ")
    if isinstance(node, exp.TryCast):
        return _try_cast(node)
    name = node.name.lower() if isinstance(node, exp.Anonymous) else type(node).__name__.lower()
    if name in OTHERWISE:
        return OTHERWISE[name](node)
    # An array that is looked into is one there; here, text is too.
    if isinstance(node, exp.Bracket) or (isinstance(node, exp.Func) and not isinstance(node, ALIKE)):
        raise _unknown(node)
    return node


def _unknown(node: exp.Expr) -> AuditError:
    return AuditError(
        f"No meaning on Spark is known for {node.sql('duckdb')[:80]!r}.",
        "Scan without --engine spark; please report it.",
    )


def _is_key(node: exp.Expr) -> bool:
    """Whether this is the hash of an outcome."""
    return (
        isinstance(node, exp.Anonymous)
        and node.name.lower() == "hash"
        and [column.name for column in node.expressions] == [KEY]
    )


def _try_cast(node: exp.TryCast) -> exp.Expr:
    """Text only as both engines read it."""
    pattern = {exp.DataType.Type.DOUBLE: NUMBER, **dict.fromkeys(TIMES, ISO_TIME)}.get(node.to.this)
    if pattern is None:
        return node
    text = exp.cast(node.this.copy(), "text")
    shaped = exp.RegexpLike(this=text, expression=exp.Literal.string(pattern))
    return exp.Case(ifs=[exp.If(this=shaped, true=node.copy())])


def _full_match(node: exp.Expr) -> exp.Expr:
    pattern = exp.Literal.string(rf"\A(?:{node.expression.name})\z")
    return exp.RegexpLike(this=node.this, expression=pattern)


def _whole(node: exp.Expr) -> exp.Expr:
    """Towards 0, and a float: a cast, floor or ceil would fail on what is too large."""
    rest = exp.Mod(this=node.this.copy(), expression=exp.Literal.number(1))
    return exp.paren(exp.Sub(this=node.this.copy(), expression=rest))


def _quotient(node: exp.Expr) -> exp.Expr:
    """By 0 as floats do: infinite, NaN of 0 / 0. Spark would stop."""
    if isinstance(node.expression, exp.Literal):
        return node
    zero = exp.EQ(this=node.expression.copy(), expression=exp.Literal.number(0))
    endless = exp.Mul(this=exp.paren(node.this.copy()), expression=_infinity())
    return exp.Case(ifs=[exp.If(this=zero, true=endless)], default=node.copy())


def _infinite(node: exp.Expr) -> exp.Expr:
    return exp.EQ(this=_call("abs", node.this), expression=_infinity())


def _infinity() -> exp.Expr:
    return exp.cast(exp.Literal.string("infinity"), "double")


def _log(node: exp.Expr) -> exp.Expr:
    """Spark divides logarithms: of 2^29 it makes 29.000000000000004."""
    if node.this.name != "2":
        raise _unknown(node)
    return _call("round", _call("log2", node.expression), exp.Literal.number(13))


def _micros(node: exp.Expr) -> exp.Expr:
    if node.args["scale"].name != "6":
        raise _unknown(node)
    return _call("timestamp_micros", node.this)


def _like(node: exp.Expr) -> exp.Expr:
    if node.args.get("flag"):
        raise _unknown(node)
    return node


def _parsed(node: exp.Expr) -> exp.Expr:
    text, pattern = node.expressions
    if pattern.name not in WRITTEN:
        raise _unknown(node)
    shape, format_ = map(exp.Literal.string, WRITTEN[pattern.name])
    shaped = exp.RegexpLike(this=text.copy(), expression=shape)
    parsed = _call("try_to_timestamp", text, format_)
    return exp.Case(ifs=[exp.If(this=shaped, true=parsed)])


def _call(name: str, *arguments: exp.Expr) -> exp.Expr:
    return exp.Anonymous(this=name, expressions=list(arguments))


OTHERWISE: Mapping[str, Callable[[exp.Expr], exp.Expr]] = {
    "hash": lambda node: _call("xxhash64", *node.expressions),
    "regexpfullmatch": _full_match,
    "regexp_full_match": _full_match,
    "epoch_us": lambda node: _call("unix_micros", *node.expressions),
    "unixtotime": _micros,
    "nextafter": lambda node: node.expressions[0],
    "isinf": _infinite,
    "div": _quotient,
    "isnan": lambda node: _call("isnan", node.this),
    "log": _log,
    "regexplike": _like,
    "trunc": _whole,
    "try_strptime": _parsed,
}
