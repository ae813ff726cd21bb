"""Values are cast only to types that are listed."""

from collections.abc import Iterable

from sqlglot import exp

from nl2sql.validation.verdict import Violation

_T = exp.DType
TYPES = frozenset(
    {
        *(_T.BOOLEAN, _T.TINYINT, _T.SMALLINT, _T.MEDIUMINT, _T.INT, _T.BIGINT, _T.INT128),
        *(_T.UTINYINT, _T.USMALLINT, _T.UINT, _T.UBIGINT, _T.UINT128, _T.UMEDIUMINT),
        *(_T.DECIMAL, _T.UDECIMAL, _T.FLOAT, _T.DOUBLE, _T.MONEY),
        *(_T.CHAR, _T.NCHAR, _T.VARCHAR, _T.NVARCHAR, _T.TEXT, _T.LONGTEXT, _T.MEDIUMTEXT, _T.TINYTEXT),
        *(_T.DATE, _T.TIME, _T.TIMETZ, _T.DATETIME, _T.TIMESTAMP, _T.TIMESTAMPTZ, _T.TIMESTAMPNTZ, _T.TIMESTAMPLTZ),
        *(_T.TIMESTAMP_S, _T.TIMESTAMP_MS, _T.TIMESTAMP_NS, _T.YEAR, _T.INTERVAL),
        *(_T.JSON, _T.JSONB, _T.UUID, _T.INET, _T.VARBINARY, _T.BINARY, _T.BLOB, _T.BIT),
        *(_T.ARRAY, _T.LIST),
        *(_T.INT4RANGE, _T.INT8RANGE, _T.NUMRANGE, _T.TSRANGE, _T.TSTZRANGE, _T.DATERANGE),
    }
)
"""Object-identifier types (`regclass` and its kin) turn numbers into names of hidden objects, row types expose a
table's shape, and pseudo-types run input functions: none is listed."""

MAX_TYPE_PARAMETER = 1_000
"""`char(1000000000)` pads: a length beyond this is refused. NUMERIC's own limit is 1,000 digits."""

_CHARACTER_SETS = frozenset({"utf8mb4", "utf8mb3", "utf8", "latin1", "ascii", "binary"})
"""MySQL: `CONVERT(x USING utf8mb4)`."""


def cast_types(nodes: Iterable[exp.Expr]) -> tuple[Violation, ...]:
    """Every type among `nodes` that is not on the list, or has a parameter too large to pad with."""
    return tuple(
        Violation.at(
            node.parent or node,
            code="forbidden_type",
            message="This type is not on the list of types a value may be cast to.",
            hint="Use a plain type: text, integer, bigint, numeric, double precision, boolean, date, timestamp, json.",
        )
        for node in nodes
        if isinstance(node, exp.DataType) and not _allowed(node)
    )


def _allowed(node: exp.DataType) -> bool:
    if not isinstance(node.parent, exp.Cast | exp.TryCast | exp.DataType):
        # Where no type is due, its name is a column's: DuckDB reads `json['a']` as the field of a column `json`.
        return False
    if isinstance(node.this, exp.Interval):
        return True
    if node.this == exp.DType.CHARACTER_SET:
        return node.args["kind"].name.lower() in _CHARACTER_SETS
    if node.this not in TYPES or node.args.get("kind"):
        return False
    return all(_parameter(part) for part in node.expressions)


def _parameter(part: exp.Expr) -> bool:
    if isinstance(part, exp.DataType):
        return True
    value = part.this if isinstance(part, exp.DataTypeParam) else part
    if isinstance(value, exp.CharacterSet | exp.Var):
        return True
    return isinstance(value, exp.Literal) and not value.is_string and int(value.this) <= MAX_TYPE_PARAMETER
