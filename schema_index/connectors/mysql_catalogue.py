"""MySQL's information_schema read in a few queries, however many relations there are.

Its names compare without regard to case, so nothing is joined there: rows are put together here, by exact names.
A schema is what MySQL calls a database.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from schema_index.connectors.connection import ConnectionConfig
from schema_index.connectors.mysql_session import Session
from schema_index.connectors.server_connector import (
    FORBIDDEN,
    MAX_COLUMNS,
    MAX_RELATIONS,
    Catalogue,
    refuse_more_than,
)
from schema_index.schema import Column, ColumnKind, ForeignKey, Table, TableName, bounded_enum

BROKEN = "The database cannot describe it: something it is made of is missing, damaged or not permitted."

SYSTEM_SCHEMAS = frozenset({"information_schema", "mysql", "ndbinfo", "performance_schema", "sys"})

_MYSQL_TYPES: Mapping[str, ColumnKind] = {
    **dict.fromkeys(("tinyint", "smallint", "mediumint", "int", "bigint", "year", "bit"), "integer"),
    **dict.fromkeys(("decimal", "float", "double"), "number"),
    **dict.fromkeys(("char", "varchar", "tinytext", "text", "mediumtext", "longtext", "enum", "set"), "text"),
    **dict.fromkeys(("binary", "varbinary", "tinyblob", "blob", "mediumblob", "longblob"), "binary"),
    "date": "date",
    "datetime": "timestamp",
    "timestamp": "timestamp",
    "time": "time",
    "json": "json",
}

_SCHEMAS = "SELECT SCHEMA_NAME FROM information_schema.SCHEMATA"

_RELATIONS = """
SELECT TABLE_SCHEMA, TABLE_NAME, TABLE_TYPE, TABLE_COMMENT, TABLE_ROWS
FROM information_schema.TABLES
WHERE TABLE_SCHEMA IN :schemas AND TABLE_TYPE IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED')
LIMIT :limit
"""
"""A partitioned table is one row; MariaDB's sequences are no tables. What the user may not touch at all is not seen."""

_COLUMNS = """
SELECT TABLE_SCHEMA, TABLE_NAME, ORDINAL_POSITION, COLUMN_NAME, DATA_TYPE, COLUMN_TYPE, IS_NULLABLE = 'YES',
       COLUMN_COMMENT, EXTRA, FIND_IN_SET('select', PRIVILEGES) > 0
FROM information_schema.COLUMNS
WHERE TABLE_SCHEMA IN :schemas
LIMIT :limit
"""

_KEYS = """
SELECT TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, ORDINAL_POSITION, COLUMN_NAME,
       REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME, REFERENCED_COLUMN_NAME
FROM information_schema.KEY_COLUMN_USAGE
WHERE TABLE_SCHEMA IN :schemas
LIMIT :limit
"""
"""Primary keys, unique indexes and foreign keys alike; a foreign key may bear the name of a unique index."""

_CHECKS = """
SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CHECK_CLAUSE
FROM information_schema.CHECK_CONSTRAINTS
WHERE CONSTRAINT_SCHEMA IN :schemas AND CHECK_CLAUSE LIKE 'json_valid(%'
LIMIT :limit
"""
"""MariaDB's JSON is a text with this check."""

_JSON_CHECK = re.compile(r"json_valid\(`((?:[^`]|``)*)`\)", re.IGNORECASE)
_ENUM_VALUE = re.compile(r"'((?:[^']|'')*)'")
_OLD_FORMAT = " /* mariadb-5.3 */"
"""What MariaDB adds to a time that is stored, or computed in a view, as it was before 2012."""

_VERSION_END = "row_end"
"""The unseen column that MariaDB puts into each key of a table that keeps its history; today's rows share its value."""

_BROKEN_VIEW = "references invalid"
"""MySQL goes on listing the columns that a broken view had; its comment, in the server's language, is the only sign."""

Rows = dict[TableName, list[tuple[Any, ...]]]


def read_catalogue(session: Session, config: ConnectionConfig) -> "MysqlCatalogue":
    """Raises DataSourceError."""
    schemas = [name for (name,) in session.rows(_SCHEMAS) if name.lower() not in SYSTEM_SCHEMAS]
    found = _all(session, _RELATIONS, schemas, limit=MAX_RELATIONS, what="tables")
    relations = sorted((Relation(*row) for row in found if config.includes(row[0], row[1])), key=lambda one: one[:2])
    chosen = sorted({relation.schema for relation in relations})
    checks = _all(session, _CHECKS, chosen, limit=MAX_COLUMNS, what="columns") if session.is_mariadb else ()
    return MysqlCatalogue(
        default_schema=config.database,
        relations=tuple(relations),
        columns=_by_relation(_all(session, _COLUMNS, chosen, limit=MAX_COLUMNS, what="columns")),
        keys=_by_relation(_all(session, _KEYS, chosen, limit=MAX_COLUMNS, what="columns")),
        json_columns=frozenset(
            (schema, table, match[1].replace("``", "`"))
            for schema, table, clause in checks
            if (match := _JSON_CHECK.fullmatch(clause))
        ),
    )


def _all(session: Session, query: str, schemas: Sequence[str], *, limit: int, what: str) -> Sequence[tuple[Any, ...]]:
    if not schemas:
        return ()
    names = ", ".join(map(session.wire.escape, schemas))
    rows = session.rows(query.replace(":limit", str(limit + 1)).replace(":schemas", f"({names})"))
    refuse_more_than(limit, len(rows), what=what)
    return rows


def _by_relation(rows: Iterable[tuple[Any, ...]]) -> Rows:
    """Grouped by schema and table, in the order of their positions."""
    grouped: Rows = defaultdict(list)
    for row in rows:
        grouped[row[0], row[1]].append(row[2:])
    return {name: sorted(group, key=lambda row: row[:2]) for name, group in grouped.items()}


class Relation(NamedTuple):
    schema: str
    name: str
    table_type: str
    comment: str
    row_estimate: int | None

    @property
    def is_versioned(self) -> bool:
        return self.table_type == "SYSTEM VERSIONED"

    @property
    def is_view(self) -> bool:
        return self.table_type == "VIEW"


@dataclass(frozen=True, kw_only=True)
class MysqlCatalogue(Catalogue[Relation]):
    """The catalogue's rows; columns and keys by (schema, table), JSON columns as (schema, table, column)."""

    columns: Rows
    keys: Rows
    json_columns: frozenset[tuple[str, str, str]]

    def reason_not_to(self, relation: Relation) -> str:
        columns = self.columns.get((relation.schema, relation.name), ())
        if not columns or (relation.is_view and _BROKEN_VIEW in relation.comment):
            return BROKEN
        return "" if self._names[relation.schema, relation.name] else FORBIDDEN

    @cached_property
    def _names(self) -> dict[TableName, frozenset[str]]:
        """The columns that may be read, by relation."""
        names = [(relation.schema, relation.name) for relation in self.relations]
        return {name: frozenset(row[1] for row in self.columns.get(name, ()) if row[-1]) for name in names}

    def table(self, relation: Relation) -> Table:
        name = (relation.schema, relation.name)
        keys: dict[tuple[str, bool], list[tuple[Any, ...]]] = defaultdict(list)
        for constraint, _, *row in self.keys.get(name, ()):
            if relation.is_versioned and row[0] == _VERSION_END and row[0] not in self._names[name]:
                continue
            keys[constraint, row[2] is not None].append(tuple(row))
        own = {
            constraint: tuple(row[0] for row in rows)
            for (constraint, foreign), rows in keys.items()
            if not foreign and self._names[name].issuperset(row[0] for row in rows)
        }
        primary_key = own.pop("PRIMARY", ())
        return Table(
            schema=relation.schema,
            name=relation.name,
            kind="view" if relation.is_view else "table",
            columns=tuple(self._column(name, row) for row in self.columns[name] if row[-1]),
            primary_key=primary_key,
            unique_keys=tuple(sorted(set(own.values()))),
            foreign_keys=tuple(
                sorted(
                    (
                        key
                        for (_, foreign), rows in keys.items()
                        if foreign and (key := self._foreign_key(name, rows)) is not None
                    ),
                    key=lambda key: (key.columns, key.target_schema, key.target_table),
                )
            ),
            comment="" if relation.is_view else relation.comment,
            row_estimate=relation.row_estimate,
        )

    def _column(self, table: TableName, row: tuple[Any, ...]) -> Column:
        _, name, data_type, written_type, nullable, comment, extra, _ = row
        column_type = written_type.removesuffix(_OLD_FORMAT)
        is_json = (*table, name) in self.json_columns
        is_enum = data_type.lower() == "enum"
        return Column(
            name=name,
            type="json" if is_json else column_type,
            kind="json" if is_json else mysql_kind(data_type, column_type=column_type),
            nullable=bool(nullable),
            comment=comment,
            enum_values=_enum_values(column_type) if is_enum else (),
            generated="GENERATED" in extra.upper().replace("DEFAULT_GENERATED", "")
            or "auto_increment" in extra.lower(),
        )

    def _foreign_key(self, owner: TableName, rows: Sequence[tuple[Any, ...]]) -> ForeignKey | None:
        """None when a side of the key may not be read."""
        columns = tuple(row[0] for row in rows)
        target: TableName = (rows[0][1], rows[0][2])
        target_columns = tuple(row[3] for row in rows)
        if not self._names[owner].issuperset(columns) or not self._names.get(target, frozenset()).issuperset(
            target_columns
        ):
            return None
        return ForeignKey(
            columns=columns, target_schema=target[0], target_table=target[1], target_columns=target_columns
        )


def _enum_values(column_type: str) -> tuple[str, ...]:
    return bounded_enum(value.replace("''", "'") for value in _ENUM_VALUE.findall(column_type))


def mysql_kind(data_type: str, *, column_type: str) -> ColumnKind:
    """From information_schema's DATA_TYPE and COLUMN_TYPE. BOOLEAN is stored as `tinyint(1)`, the one display width
    that newer servers still keep for its sake; some drivers store it as `bit(1)`."""
    if column_type.lower() in {"tinyint(1)", "bit(1)"}:
        return "boolean"
    return _MYSQL_TYPES.get(data_type.lower(), "other")
