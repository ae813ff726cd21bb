"""What somebody may see of a source, listed for whoever writes its policy: each table and column. Pure."""

from dataclasses import dataclass

from schema_index.access.column_access import ColumnAccess
from schema_index.access.policy import Access
from schema_index.schema import Table


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewedColumn:
    name: str
    access: ColumnAccess


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewedTable:
    """`row_rule` is empty where every row may be read. A table that is not `visible` has only hidden columns."""

    name: str
    visible: bool
    row_rule: str
    columns: tuple[PreviewedColumn, ...]


def policy_preview(access: Access) -> tuple[PreviewedTable, ...]:
    """In the schema's order, hidden tables and columns included."""
    return tuple(_table(table, access) for table in access.whole.tables)


def _table(table: Table, access: Access) -> PreviewedTable:
    seen = access.visible.by_name.get((table.schema, table.name))
    shown = frozenset() if seen is None else frozenset(column.name for column in seen.columns)
    return PreviewedTable(
        name=table.qualified_name,
        visible=seen is not None,
        row_rule=access.row_rules.get(table.qualified_name, ""),
        columns=tuple(
            PreviewedColumn(
                name=column.name,
                access=access.column_access(f"{table.qualified_name}.{column.name}")
                if column.name in shown
                else "hidden",
            )
            for column in table.columns
        ),
    )
