"""Every reference to a restricted table becomes a derived table that holds only the rows and values allowed.

It stands wherever the table stood (joins, subqueries, CTEs, set operations) under the same alias, so nothing outside it
can read a row it leaves out or a value it masks.
"""

from collections.abc import Mapping

from sqlglot import exp

from nl2sql.validation.bind import quoted
from nl2sql.validation.context import Context
from nl2sql.validation.verdict import Violation
from schema_index.schema import Column, DatabaseSchema, Table

MASK = "***"

FENCE = 10**18 - 1
"""Rows that a limited table may give: none has as many. Behind a LIMIT no engine moves a condition of the statement, so
none of them is tried on a row that the rule leaves out: a division by zero there would tell of it. The price is that
the statement's own conditions on such a table cannot use an index."""


def policed_tables(
    tree: exp.Query, *, schema: DatabaseSchema, conditions: Mapping[str, exp.Expr], masked: frozenset[str]
) -> tuple[Violation, ...]:
    """Change a resolved `tree` in place. `conditions` by `schema.table`; `masked` holds `schema.table.column`."""
    context = Context(schema=schema)
    for node in list(tree.find_all(exp.Table)):
        table = context.table(node.db, node.name) if node.db else None
        if table is None:
            continue
        condition = conditions.get(table.qualified_name)
        hides = any(f"{table.qualified_name}.{column.name}" in masked for column in table.columns)
        if condition is None and not hides:
            continue
        if node.args.get("joins"):
            return (_in_parentheses(table),)
        node.replace(_derived(node, table, condition, masked))
    return ()


def _derived(node: exp.Table, table: Table, condition: exp.Expr | None, masked: frozenset[str]) -> exp.Subquery:
    inner = exp.Table(this=quoted(table.name), db=quoted(table.schema), alias=exp.TableAlias(this=quoted(table.name)))
    if node.args.get("sample") is not None:
        inner.set("sample", node.args["sample"].copy())
    select = exp.Select(
        expressions=[_output(column, table, masked) for column in table.columns], from_=exp.From(this=inner)
    )
    if condition is not None:
        select.set("where", exp.Where(this=condition.copy()))
        select.set("limit", exp.Limit(expression=exp.Literal.number(FENCE)))
    return exp.Subquery(this=select, alias=exp.TableAlias(this=quoted(node.alias_or_name)))


def _in_parentheses(table: Table) -> Violation:
    """A derived table cannot begin a join in parentheses in the guard's closed set of syntax."""
    return Violation(
        code="forbidden_join",
        message=f"A join in parentheses may not begin with {table.name}, which a policy limits.",
        hint="Write the joins one after another, or put those in parentheses into WITH.",
    )


def _output(column: Column, table: Table, masked: frozenset[str]) -> exp.Expr:
    if f"{table.qualified_name}.{column.name}" not in masked:
        return exp.Column(this=quoted(column.name), table=quoted(table.name))
    mask: exp.Expr = exp.Literal.string(MASK) if column.kind == "text" else exp.Null()
    return exp.Alias(this=mask, alias=quoted(column.name))
