"""Caps on the shape of a statement: what a planner and our own passes must hold in hand at once."""

from sqlglot import exp

from nl2sql.validation.verdict import Violation

MAX_NODES = 15_000
MAX_DEPTH = 220
"""Height of the tree; a chain of 200 ORs is that high. Rendering stays below Python's recursion limit."""
MAX_JOINS = 24
MAX_SELECTS = 60
MAX_COMMON_TABLES = 30
MAX_GROUPING_SETS = 64
"""A CUBE over six columns."""


def bounds(tree: exp.Query) -> tuple[Violation, ...]:
    """What exceeds a cap. The nodes are counted without recursion, so any height can be measured."""
    nodes = joins = selects = tables = 0
    groups: list[exp.Group] = []
    pending: list[tuple[exp.Expr, int]] = [(tree, 1)]
    while pending:
        node, depth = pending.pop()
        nodes += 1
        joins += isinstance(node, exp.Join)
        selects += isinstance(node, exp.Select)
        tables += isinstance(node, exp.CTE)
        if isinstance(node, exp.Group):
            groups.append(node)
        if nodes > MAX_NODES or depth > MAX_DEPTH:
            message = "The statement is too large." if nodes > MAX_NODES else "The statement is nested too deeply."
            return (Violation(code="too_large", message=message, hint="Shorten it, or split it with WITH."),)
        pending.extend((child, depth + 1) for child in node.iter_expressions())
    counted = (("joins", joins, MAX_JOINS), ("SELECTs", selects, MAX_SELECTS), ("CTEs", tables, MAX_COMMON_TABLES))
    found = [
        Violation(
            code="too_large", message=f"The statement has {count} {what}; at most {most} are run.", hint="Ask for less."
        )
        for what, count, most in counted
        if count > most
    ]
    return (*found, *_grouping(groups))


def _grouping(groups: list[exp.Group]) -> list[Violation]:
    found: list[Violation] = []
    for group in groups:
        sets = 1
        for node in group.find_all(exp.Cube, exp.Rollup, exp.GroupingSets):
            terms = len(node.expressions)
            sets *= max(1, 2**terms if isinstance(node, exp.Cube) else terms + isinstance(node, exp.Rollup))
        if sets > MAX_GROUPING_SETS:
            message = f"The grouping has {sets:,} sets; at most {MAX_GROUPING_SETS} are run."
            found.append(Violation.at(group, code="too_large", message=message, hint="Group by fewer."))
    return found
