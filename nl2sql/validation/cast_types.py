"""Values are cast only to types that the dialect lists."""

from collections.abc import Iterable

from sqlglot import exp

from nl2sql.dialects.registry import facts_of
from nl2sql.validation.place import place
from nl2sql.validation.verdict import Violation
from schema_index.schema import Dialect

MAX_TYPE_PARAMETER = 1_000
"""`char(1000000000)` pads: a length beyond this is refused. NUMERIC's own limit is 1,000 digits."""

_CHARACTER_SETS = frozenset({"utf8mb4", "utf8mb3", "utf8", "latin1", "ascii", "binary"})
"""MySQL: `CONVERT(x USING utf8mb4)`."""


def cast_types(nodes: Iterable[exp.Expr], *, dialect: Dialect) -> tuple[Violation, ...]:
    """Every type among `nodes` that is not on the list, or has a parameter too large to pad with."""
    types = facts_of(dialect).types
    return tuple(
        Violation(
            code="forbidden_type",
            message="This type is not on the list of types a value may be cast to.",
            hint="Use a plain type: text, integer, bigint, numeric, double precision, boolean, date, timestamp, json.",
            place=place(node.parent or node),
        )
        for node in nodes
        if isinstance(node, exp.DataType) and not _allowed(node, types)
    )


def _allowed(node: exp.DataType, types: frozenset[exp.DType]) -> bool:
    if not isinstance(node.parent, exp.Cast | exp.TryCast | exp.DataType):
        # Where no type is due, its name is a column's: DuckDB reads `json['a']` as the field of a column `json`.
        return False
    if isinstance(node.this, exp.Interval):
        return True
    if node.this == exp.DType.CHARACTER_SET:
        return node.args["kind"].name.lower() in _CHARACTER_SETS
    if node.this not in types or node.args.get("kind"):
        return False
    return all(_parameter(part) for part in node.expressions)


def _parameter(part: exp.Expr) -> bool:
    if isinstance(part, exp.DataType):
        return True
    value = part.this if isinstance(part, exp.DataTypeParam) else part
    if isinstance(value, exp.CharacterSet | exp.Var):
        return True
    return isinstance(value, exp.Literal) and not value.is_string and int(value.this) <= MAX_TYPE_PARAMETER
