"""Columns that may only be counted, summed and averaged, over groups of enough rows.

A bare `sum(salary)` is let through; a minimum is one person's value, and so is a sum over a condition that fits one
person. Every such SELECT gets a HAVING that asks for enough values, each of another row: a join that repeats rows could
give one of them a weight that drowns the others. Sums over groups that differ in one person still tell of that person:
SECURITY.md says so.
"""

from sqlglot import exp

from nl2sql.validation.bind import quoted
from nl2sql.validation.context import Context
from nl2sql.validation.select_parts import opened
from nl2sql.validation.verdict import Violation
from schema_index.schema import DatabaseSchema, Table

COLLECTIVE = frozenset(
    {"count", "sum", "avg", "stddev", "stddev_pop", "stddev_samp", "variance", "var_pop", "var_samp"}
)
"""Aggregates of which no result is one row's value."""


def aggregate_only(
    tree: exp.Query, *, columns: frozenset[str], schema: DatabaseSchema, min_group: int
) -> tuple[Violation, ...]:
    """Check a resolved `tree` and add the HAVINGs in place. `columns` holds `schema.table.column`."""
    if not columns:
        return ()
    context = Context(schema=schema)
    found: list[Violation] = []
    asked: dict[tuple[int, str], tuple[exp.Select, set[str]]] = {}
    for column in list(tree.find_all(exp.Column)):
        owner = _owner(column, context)
        if owner is None or f"{owner[1].qualified_name}.{column.name}" not in columns:
            continue
        select, table = owner
        if not _collective(column) or column.parent_select is not select:
            found.append(_refused(column, table))
        asked.setdefault((id(select), column.table), (select, set()))[1].add(column.name)
    if not found:
        for (_, alias), (select, names) in asked.items():
            if not _ask(select, alias, sorted(names), context, min_group):
                found.append(_too_small(select))
    return tuple(found[:10])


def _owner(column: exp.Column, context: Context) -> tuple[exp.Select, Table] | None:
    """The SELECT and stored table a column belongs to: names were resolved, so the nearest alias is the one meant."""
    select = column.parent_select
    while select is not None:
        for table in _tables(select):
            if column.table and table.alias_or_name == column.table:
                stored = context.table(table.db, table.name) if table.db else None
                return (select, stored) if isinstance(select, exp.Select) and stored is not None else None
        select = select.parent_select
    return None


def _tables(select: exp.Expr) -> list[exp.Table]:
    return [relation for relation in opened(select)[0] if isinstance(relation, exp.Table)]


def _collective(column: exp.Column) -> bool:
    call = column.parent
    if isinstance(call, exp.Distinct):
        call = call.parent
    if not isinstance(call, exp.Anonymous) or call.name.lower() not in COLLECTIVE or len(call.expressions) != 1:
        return False
    return not isinstance(call.parent, exp.Window | exp.Filter | exp.WithinGroup)


def _ask(select: exp.Select, alias: str, names: list[str], context: Context, min_group: int) -> bool:
    """Add the HAVING. False when nothing tells whether a row of the table stands in a group more than once."""
    tables = _tables(select)
    (node,) = (table for table in tables if table.alias_or_name == alias)
    stored = context.table(node.db, node.name)
    least = exp.Literal.number(min_group)
    conditions: list[exp.Expr] = [exp.GTE(this=_count(_column(alias, name)), expression=least.copy()) for name in names]
    if len(opened(select)[0]) > 1:
        if stored is None or len(stored.primary_key) != 1:
            return False
        key = _column(alias, stored.primary_key[0])
        different = _count(exp.Distinct(expressions=[key.copy()]))
        conditions.append(exp.EQ(this=_count(key), expression=different))
    having = select.args.get("having")
    if having is not None:
        conditions.insert(0, exp.Paren(this=having.this))
    select.set("having", exp.Having(this=exp.and_(*conditions, copy=False, wrap=False)))
    return True


def _count(counted: exp.Expr) -> exp.Anonymous:
    return exp.Anonymous(this="count", expressions=[counted])


def _column(alias: str, name: str) -> exp.Column:
    return exp.Column(this=quoted(name), table=quoted(alias))


def _refused(column: exp.Column, table: Table) -> Violation:
    return Violation.at(
        column,
        code="aggregate_only",
        message=f"The column {table.name}.{column.name} may only be counted, summed or averaged.",
        hint=f"Write sum({column.name}), avg({column.name}) or count({column.name}), with nothing else inside.",
    )


def _too_small(select: exp.Select) -> Violation:
    return Violation.at(
        select,
        code="aggregate_only",
        message="It cannot be told whether these aggregates take a row more than once.",
        hint="Aggregate the table alone, in a query of its own, and join the result.",
    )
