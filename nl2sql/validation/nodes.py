"""The closed set of syntax: a node class, or an argument of one, that is not listed here is refused.

New syntax in a new parser release is therefore refused until somebody reads it and lists it.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlglot import exp

from nl2sql.dialects.facts import DialectFacts
from nl2sql.dialects.registry import facts_of
from nl2sql.validation.verdict import Violation
from schema_index.schema import Dialect

_MODIFIERS = {"with_", "order", "limit", "offset"}

_CLAUSES: dict[type[exp.Expr], set[str]] = {
    exp.Select: {
        *_MODIFIERS,
        *("expressions", "distinct", "from_", "joins", "where", "group", "having", "qualify", "windows", "sample"),
    },
    exp.Union: {*_MODIFIERS, "this", "expression", "distinct", "by_name"},
    exp.Intersect: {*_MODIFIERS, "this", "expression", "distinct", "by_name"},
    exp.Except: {*_MODIFIERS, "this", "expression", "distinct", "by_name"},
    exp.Subquery: {*_MODIFIERS, "this", "alias"},
    exp.With: {"expressions", "recursive"},
    exp.CTE: {"this", "alias", "materialized"},
    exp.Table: {"this", "alias", "db", "joins", "ordinality", "sample"},
    exp.TableSample: {"method", "percent", "size", "seed"},
    exp.TableAlias: {"this", "columns"},
    exp.Values: {"expressions", "alias"},
    exp.Lateral: {"this", "alias", "ordinality"},
    exp.Unnest: {"expressions", "alias", "offset"},
    exp.From: {"this"},
    exp.Join: {"this", "on", "side", "kind", "using", "method"},
    exp.Where: {"this"},
    exp.Having: {"this"},
    exp.Qualify: {"this"},
    exp.Group: {"expressions", "grouping_sets", "cube", "rollup", "all"},
    exp.GroupingSets: {"expressions"},
    exp.Cube: {"expressions"},
    exp.Rollup: {"expressions"},
    exp.Order: {"this", "expressions"},
    exp.Ordered: {"this", "desc", "nulls_first"},
    exp.Limit: {"expression", "offset", "limit_options"},
    exp.Fetch: {"direction", "count", "limit_options"},
    exp.LimitOptions: {"rows", "with_ties", "percent"},
    exp.Offset: {"expression"},
    exp.Distinct: {"expressions", "on"},
    exp.Star: {"except_", "replace"},
    exp.Column: {"this", "table", "db"},
    exp.Identifier: {"this", "quoted"},
    exp.Alias: {"this", "alias"},
}

_EXPRESSIONS: dict[type[exp.Expr], set[str]] = {
    exp.Literal: {"this", "is_string"},
    exp.ByteString: {"this"},
    exp.HexString: {"this", "is_integer"},
    exp.BitString: {"this"},
    exp.Boolean: {"this"},
    exp.Null: set(),
    exp.Var: {"this"},
    exp.Paren: {"this"},
    exp.Tuple: {"expressions"},
    exp.Anonymous: {"this", "expressions"},
    exp.Kwarg: {"this", "expression"},
    exp.Window: {"this", "partition_by", "order", "spec", "alias", "over", "first"},
    exp.WindowSpec: {"kind", "start", "start_side", "end", "end_side", "exclude"},
    exp.IgnoreNulls: {"this"},
    exp.RespectNulls: {"this"},
    exp.Filter: {"this", "expression"},
    exp.WithinGroup: {"this", "expression"},
    exp.Case: {"this", "ifs", "default"},
    exp.If: {"this", "true", "false"},
    exp.Cast: {"this", "to"},
    exp.TryCast: {"this", "to", "safe", "requires_string"},
    exp.DataType: {"this", "expressions", "nested", "values", "kind"},
    exp.DataTypeParam: {"this"},
    exp.Interval: {"this", "unit"},
    exp.IntervalSpan: {"this", "expression"},
    exp.Extract: {"this", "expression"},
    exp.Trim: {"this", "expression", "position"},
    exp.Substring: {"this", "start", "length"},
    exp.StrPosition: {"this", "substr", "position"},
    exp.Overlay: {"this", "expression", "from_", "for_"},
    exp.GroupConcat: {"this", "separator"},
    exp.Concat: {"expressions", "safe", "coalesce"},
    exp.Array: {"expressions", "bracket_notation"},
    exp.Struct: {"expressions"},
    exp.ToMap: {"this"},
    exp.Map: {"keys", "values"},
    exp.PropertyEQ: {"this", "expression"},
    exp.Lambda: {"this", "expressions", "colon"},
    exp.Bracket: {"this", "expressions", "offset", "safe", "returns_list_for_maps"},
    exp.Slice: {"this", "expression"},
    exp.In: {"this", "expressions", "query", "field"},
    exp.Between: {"this", "low", "high", "symmetric"},
    exp.Exists: {"this"},
    exp.Any: {"this"},
    exp.All: {"this"},
    exp.Is: {"this", "expression", "negate"},
    exp.Escape: {"this", "expression"},
    exp.Collate: {"this", "expression"},
    exp.AtTimeZone: {"this", "zone"},
    exp.Not: {"this"},
    exp.Neg: {"this"},
    exp.BitwiseNot: {"this"},
    exp.CurrentDate: set(),
    exp.CurrentTime: {"this"},
    exp.CurrentTimestamp: {"this"},
    exp.Localtime: {"this"},
    exp.Localtimestamp: {"this"},
    exp.JSONPath: {"expressions"},
    exp.JSONPathRoot: set(),
    exp.JSONPathKey: {"this"},
    exp.JSONPathSubscript: {"this"},
}

_OPERATOR_ARGS = {"this", "expression", "safe", "typed", "negate", "json_type", "only_json_types", "requires_json"}
_OPERATORS: tuple[type[exp.Expr], ...] = (
    *(exp.Add, exp.Sub, exp.Mul, exp.Div, exp.IntDiv, exp.Mod, exp.Pow, exp.DPipe),
    *(exp.And, exp.Or, exp.Xor, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE),
    *(exp.NullSafeEQ, exp.NullSafeNEQ, exp.Overlaps),
    *(exp.Like, exp.ILike, exp.SimilarTo, exp.RegexpLike, exp.RegexpILike, exp.Glob),
    *(exp.BitwiseAnd, exp.BitwiseOr, exp.BitwiseXor, exp.BitwiseLeftShift, exp.BitwiseRightShift),
    *(exp.ArrayContainsAll, exp.ArrayContainedBy, exp.ArrayOverlaps),
    *(exp.JSONBContainsTopKey, exp.JSONExtract, exp.JSONExtractScalar, exp.JSONBExtract, exp.JSONBExtractScalar),
)

_ALLOWED: dict[type[exp.Expr], set[str]] = {
    **_CLAUSES,
    **_EXPRESSIONS,
    **dict.fromkeys(_OPERATORS, _OPERATOR_ARGS),
}

_NAMED: dict[type[exp.Expr], str] = {
    exp.Into: "SELECT INTO",
    exp.Lock: "row locking (FOR UPDATE / FOR SHARE)",
    exp.Parameter: "a parameter or variable",
    exp.SessionParameter: "a system variable",
    exp.Placeholder: "a placeholder",
    exp.Hint: "an optimizer hint",
    exp.Dot: "a qualified function, or a field of a row",
    exp.Operator: "a qualified operator",
    exp.CurrentUser: "the current user",
    exp.Pivot: "PIVOT",
}


def nodes(tree: Iterable[exp.Expr], *, dialect: Dialect) -> tuple[Violation, ...]:
    """Every node and argument outside the closed set, at most ten of them."""
    facts = facts_of(dialect)
    found: list[Violation] = []
    for node in tree:
        found.extend(_node(node, facts))
        if len(found) >= 10:
            break
    return tuple(found)


def _node(node: exp.Expr, facts: DialectFacts) -> Iterator[Violation]:
    allowed = _ALLOWED.get(type(node))
    if allowed is None:
        yield _refused(node, _NAMED.get(type(node), type(node).__name__))
        return
    for key, value in node.args.items():
        if key not in allowed and _present(value):
            yield _refused(node, f"{key.strip('_').replace('_', ' ')} on {type(node).__name__}")
    if isinstance(node, exp.Join):
        yield from _join(node, facts)
    elif isinstance(node, exp.In) and isinstance(node.args.get("field"), exp.Column | exp.Identifier):
        yield _refused(node, "IN over a bare name")
    elif facts.double_pipe_is_or and isinstance(node, exp.DPipe):
        yield Violation.at(
            node,
            code="ambiguous_operator",
            message=f"In {facts.title} || means OR and joins no texts.",
            hint="Write concat(a, b) to join texts, and OR between conditions.",
        )
    elif isinstance(node, exp.Collate):
        yield from _collation(node, facts)
    elif isinstance(node, exp.TableSample) and any(
        not isinstance(part, exp.Literal | exp.Var) for part in node.iter_expressions()
    ):
        yield _refused(node, "a sample of computed size")
    elif isinstance(node, exp.Var) and not _is_word(node.name):
        yield _refused(node, f"the word {node.name!r}")


def _present(value: Any) -> bool:
    return value is not None and value is not False and value != []


def _refused(node: exp.Expr, what: str) -> Violation:
    return Violation.at(
        node,
        code="forbidden_syntax",
        message=f"This is not allowed in a query: {what}.",
        hint="Use plain SELECT with joins, grouping, windows, CTEs and set operations.",
    )


def _join(node: exp.Join, facts: DialectFacts) -> Iterator[Violation]:
    for key, words in (("kind", facts.join_kinds), ("method", facts.join_methods)):
        if str(node.args.get(key) or "").upper() not in words:
            yield Violation.at(
                node,
                code="forbidden_join",
                message=f"A {node.args[key]} join is refused.",
                hint="Use JOIN … ON or USING with named columns.",
            )


def _collation(node: exp.Collate, facts: DialectFacts) -> Iterator[Violation]:
    name = node.expression
    text = name.name
    if isinstance(name, exp.Column) and name.table:
        text = ""
    if (text if facts.quoted_names_are_exact else text.lower()) not in facts.collations:
        yield Violation.at(
            node,
            code="forbidden_collation",
            message="This collation is not on the list.",
            hint="Leave COLLATE out, or use one of: " + ", ".join(sorted(facts.collations)),
        )


def _is_word(text: str) -> bool:
    """Units, frame words and field names: letters, digits, `_` and blanks."""
    return 0 < len(text) <= 40 and all(sign.isascii() and (sign.isalnum() or sign in "_ ") for sign in text)
