"""Tables joined without a condition: the product of their rows is the commonest way to ask for more than one means."""

from collections.abc import Iterable

from sqlglot import exp

from nl2sql.dialects.function_traits import COLLECTING
from nl2sql.validation.select_parts import opened
from nl2sql.validation.verdict import Violation

MAX_UNCONNECTED = 2
"""Stored tables that no condition links, in one SELECT; one when it collects rows or joins a table to itself."""


def cross_joins(nodes: Iterable[exp.Expr]) -> tuple[Violation, ...]:
    """SELECTs of a resolved tree whose stored tables fall into too many unconnected groups."""
    found: list[Violation] = []
    for select in (node for node in nodes if isinstance(node, exp.Select)):
        groups, twice = _groups(select)
        if groups > 1 and (groups > MAX_UNCONNECTED or twice or _collects(select)):
            found.append(
                Violation.at(
                    select.args["from_"],
                    code="unconnected_tables",
                    message=f"{groups} groups of tables are joined without a condition between them.",
                    hint="Join the tables on their keys.",
                )
            )
    return tuple(found)


def _collects(select: exp.Select) -> bool:
    return any(call.name.lower() in COLLECTING for call in select.find_all(exp.Anonymous))


def _groups(select: exp.Select) -> tuple[int, bool]:
    """How many groups of stored tables nothing links, and whether two groups hold the same table."""
    items, conditions = opened(select)
    parent: dict[str, str] = {}
    stored: dict[str, str] = {}
    for table in (item for item in items if isinstance(item, exp.Table)):
        name = table.alias_or_name
        parent[name] = name
        if table.args.get("db"):
            stored[name] = f"{table.db}.{table.name}"
    for item in items:
        if not isinstance(item, exp.Table) and item.alias:
            parent.setdefault(item.alias, item.alias)
            _link(parent, {item.alias, *(column.table for column in item.find_all(exp.Column))})
    where = select.args.get("where")
    for condition in (*conditions, *([where] if where is not None else ())):
        for part in condition.find_all(exp.Predicate):
            if not isinstance(part, exp.SubqueryPredicate):
                _link(parent, {column.table for column in part.find_all(exp.Column)})
    roots = {name: _root(parent, name) for name in stored}
    apart = {(root, stored[name]) for name, root in roots.items()}
    return len(set(roots.values())), len({table for _, table in apart}) < len(apart)


def _root(parent: dict[str, str], name: str) -> str:
    while parent[name] != name:
        name = parent[name]
    return name


def _link(parent: dict[str, str], names: set[str]) -> None:
    known = [name for name in names if name in parent]
    for name in known[1:]:
        parent[_root(parent, name)] = _root(parent, known[0])
