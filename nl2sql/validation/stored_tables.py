"""Tables of the schema as sources of a FROM clause."""

from sqlglot import exp

from nl2sql.validation.bind import quoted
from nl2sql.validation.closest import closest
from nl2sql.validation.context import Context
from nl2sql.validation.scope import Source
from schema_index.schema import Table


def stored_table(item: exp.Table, table: Table, context: Context) -> Source:
    """The source that a listed table is, under its alias; its name in the tree becomes the schema's own."""
    alias = item.args.get("alias")
    if isinstance(alias, exp.TableAlias) and alias.columns:
        context.refuse(
            item,
            code="column_list",
            message="A table's columns cannot be renamed by position.",
            hint="Use AS in the select list.",
        )
    name = item.alias or table.name
    context.read(table)
    item.set("this", quoted(table.name))
    item.set("db", quoted(table.schema))
    item.set("alias", exp.TableAlias(this=quoted(name)))
    return Source(
        name=name,
        key=context.relation(name),
        columns={context.key(column.name): column.name for column in table.columns},
        kind="table",
        table=table,
    )


def refuse_unknown_table(item: exp.Table, context: Context) -> None:
    """Says the same of a table that is hidden and of one that does not exist."""
    if context.is_full:
        return
    visible = [
        table.name if table.schema == context.schema.default_schema else table.qualified_name
        for table in context.schema.tables
    ]
    written = f"{item.db}.{item.name}" if item.db else item.name
    near = closest(written, visible)
    some = ", ".join(visible[:12])
    context.refuse(
        item,
        code="unknown_table",
        message=f"There is no table {written[:130]!r} among those you may use.",
        hint=f"Did you mean {near}?" if near else f"Use one of: {some}.",
    )
