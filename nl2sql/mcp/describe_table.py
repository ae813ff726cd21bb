"""The tool `describe_table`: columns, keys and comments of one table, as far as the caller may see them."""

from difflib import get_close_matches
from typing import Annotated

from pydantic import Field

from nl2sql.mcp.tool import Arguments, Caller, Result, Slug, Text, Tool
from schema_index.access.column_access import LIMITS
from schema_index.access.policy import Access
from schema_index.catalogue import catalogue_of
from schema_index.schema import Column, DatabaseSchema, Table
from schema_index.sources import pick
from tenants.context import tenant_transaction
from tenants.domain_error import NotFound
from tenants.roles import Permission

MAX_NAME = 300
MAX_COLUMNS = 300
MAX_COMMENT = 500
MAX_CLOSEST = 5


class TableArguments(Arguments):
    table: Annotated[Text, Field(min_length=1, max_length=MAX_NAME, description="`schema.table`, or the name alone.")]
    data_source: Slug = None


class ColumnDescription(Result):
    name: str
    type: str = Field(description="The database's own name of it.")
    kind: str
    nullable: bool
    comment: str
    allowed_values: list[str]
    access: str = Field(
        description=" or ".join(
            ["`open`", *(f"`{word}` ({limit.for_agents})" for word, limit in LIMITS.items() if limit.for_agents)]
        )
        + "."
    )


class Reference(Result):
    columns: list[str]
    target: str
    target_columns: list[str]


class TableDescription(Result):
    table: str
    kind: str
    dialect: str
    comment: str
    row_estimate: int | None
    primary_key: list[str]
    foreign_keys: list[Reference]
    columns: list[ColumnDescription]
    columns_in_all: int = Field(description="More than are listed where the table is very wide.")


def describe_table(caller: Caller, arguments: TableArguments) -> TableDescription:
    with tenant_transaction(caller.principal.tenant_id):
        source = pick(arguments.data_source)
    access = catalogue_of(source, caller.principal).access
    return described(_table(access.visible, arguments.table), access)


def described(table: Table, access: Access) -> TableDescription:
    return TableDescription(
        table=table.qualified_name,
        kind=table.kind,
        dialect=access.visible.dialect,
        comment=table.comment[:MAX_COMMENT],
        row_estimate=table.row_estimate,
        primary_key=list(table.primary_key),
        foreign_keys=[Reference.model_validate(key) for key in table.foreign_keys],
        columns=[_column(column, table, access) for column in table.columns[:MAX_COLUMNS]],
        columns_in_all=len(table.columns),
    )


def _column(column: Column, table: Table, access: Access) -> ColumnDescription:
    return ColumnDescription(
        name=column.name,
        type=column.type,
        kind=column.kind,
        nullable=column.nullable,
        comment=column.comment[:MAX_COMMENT],
        allowed_values=list(column.enum_values),
        access=access.column_access(f"{table.qualified_name}.{column.name}"),
    )


def _table(schema: DatabaseSchema, name: str) -> Table:
    """By its whole name, or by its own where that is the only one. Raises NotFound."""
    by_name = {table.qualified_name: table for table in schema.tables}
    if name in by_name:
        return by_name[name]
    wanted = name.casefold()
    fitting = [table for table in schema.tables if wanted in (table.name.casefold(), table.qualified_name.casefold())]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        several = ", ".join(table.qualified_name for table in fitting[:MAX_CLOSEST])
        raise NotFound(f"Several tables are called that: send `table` with one of {several}.")
    by_own_name = {table.name.casefold(): table.qualified_name for table in schema.tables}
    alike = get_close_matches(wanted.rpartition(".")[2], by_own_name, n=MAX_CLOSEST)
    hint = f" There is {', '.join(by_own_name[one] for one in alike)}." if alike else " Search with search_schema."
    raise NotFound(f"There is no such table.{hint}")


DESCRIBE_TABLE = Tool(
    name="describe_table",
    title="Describe a table",
    description=(
        "The columns of one table with their types, comments and allowed values, its keys and the tables that it "
        "refers to. Only what the key's role may see is there."
    ),
    permission=Permission.READ_SCHEMA,
    arguments=TableArguments,
    result=TableDescription,
    work=describe_table,
)
