"""Every LIMIT is a plain number, and the outermost query has one: one row more than asked, to know that it was cut."""

from collections.abc import Iterable

from sqlglot import exp

from nl2sql.validation.verdict import Violation


def limit(tree: exp.Query, nodes: Iterable[exp.Expr], *, row_limit: int) -> tuple[Violation, ...]:
    """Look at all `nodes` of `tree`; set its outermost LIMIT in place: `row_limit` + 1, or its own when that is
    smaller."""
    found = [
        Violation.at(
            node,
            code="forbidden_limit",
            message="LIMIT, OFFSET and FETCH take a plain number only.",
            hint="Write the number of rows, for example LIMIT 100.",
        )
        for node in nodes
        if isinstance(node, exp.Limit | exp.Offset | exp.Fetch) and not _plain(node)
    ]
    if not found:
        _outermost(tree, row_limit + 1)
    return tuple(found)


def _count(node: exp.Expr) -> exp.Expr | None:
    value = node.args.get("count" if isinstance(node, exp.Fetch) else "expression")
    return value if isinstance(value, exp.Expr) else None


def _plain(node: exp.Expr) -> bool:
    value = _count(node)
    if isinstance(node, exp.Limit) and node.args.get("offset"):
        return False
    if isinstance(value, exp.Literal) and node.find(exp.LimitOptions) and "." in value.this:
        return str(value.this).replace(".", "", 1).isdigit()
    if value is None:
        return isinstance(node, exp.Fetch)
    if _no_limit(value):
        return isinstance(node, exp.Limit)
    return isinstance(value, exp.Literal) and not value.is_string and value.name.isdigit() and len(value.name) <= 18


def _no_limit(value: exp.Expr) -> bool:
    """`LIMIT ALL` and `LIMIT NULL`."""
    return isinstance(value, exp.Null) or (isinstance(value, exp.Var) and value.name.upper() == "ALL")


def _outermost(tree: exp.Query, rows: int) -> None:
    node = tree.args.get("limit")
    if isinstance(node, exp.Expr):
        value = _count(node)
        asked = 1 if value is None else rows + 1 if _no_limit(value) else int(value.name)
        if asked <= rows:
            return
    tree.set("limit", exp.Limit(expression=exp.Literal.number(rows)))
