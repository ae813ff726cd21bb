"""PostgreSQL's catalogue read in a few set-based queries, however many relations there are.

The catalogue is asked directly: it alone knows every type's own name, which relations the role may read, and which
are partitions of another.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

from schema_index.connectors.base import MAX_COMMENT_CHARACTERS
from schema_index.connectors.connection import ConnectionConfig
from schema_index.connectors.postgres_kinds import postgres_kind
from schema_index.connectors.postgres_session import Session
from schema_index.connectors.server_connector import (
    FORBIDDEN,
    MAX_COLUMNS,
    MAX_RELATIONS,
    Catalogue,
    refuse_more_than,
)
from schema_index.schema import Column, ForeignKey, Table, TableKind, bounded_enum

_RELATIONS = """
SELECT c.oid, n.nspname, c.relname, c.relkind, left(coalesce(obj_description(c.oid, 'pg_class'), ''), %(comment)s),
       has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT'),
       CASE WHEN c.relkind = 'p'
            THEN (SELECT sum(part.reltuples)::bigint
                  FROM pg_catalog.pg_partition_tree(c.oid) tree JOIN pg_catalog.pg_class part ON part.oid = tree.relid
                  WHERE tree.isleaf AND part.reltuples >= 0)
            WHEN c.relkind IN ('r', 'm', 'f') AND c.reltuples >= 0 THEN c.reltuples::bigint END
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')
ORDER BY n.nspname, c.relname
LIMIT %(limit)s
"""
"""Partitions are part of their parent; what an extension brought along is not the tenant's data. `reltuples` is -1
where nothing was ever counted, and in a partitioned table only once someone analyses it by hand."""

_COLUMNS = """
SELECT a.attrelid, a.attnum, a.attname, format_type(a.atttypid, a.atttypmod), coalesce(b.typname, t.typname),
       t.typcategory, NOT (a.attnotnull OR t.typnotnull), 
       left(coalesce(col_description(a.attrelid, a.attnum), ''), %(comment)s),
       coalesce(b.oid, t.oid), a.attgenerated <> '' OR a.attidentity <> ''
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
LEFT JOIN pg_catalog.pg_type b ON t.typtype = 'd' AND b.oid = t.typbasetype
WHERE a.attrelid = ANY(%(oids)s) AND a.attnum > 0 AND NOT a.attisdropped
  AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
ORDER BY a.attrelid, a.attnum
LIMIT %(limit)s
"""

_ENUMS = """
SELECT enumtypid, enumlabel
FROM pg_catalog.pg_enum
WHERE enumtypid IN (
  SELECT CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
  FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  WHERE a.attrelid = ANY(%(oids)s) AND a.attnum > 0 AND NOT a.attisdropped)
ORDER BY enumtypid, enumsortorder
LIMIT %(limit)s
"""

_KEYS = """
SELECT i.indrelid, i.indisprimary,
       (SELECT array_agg(k.attnum ORDER BY k.place)
        FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (attnum, place) WHERE k.place <= i.indnkeyatts)
FROM pg_catalog.pg_index i
WHERE i.indrelid = ANY(%(oids)s) AND i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
"""
"""Unique indexes and not only constraints: what counts is that values cannot repeat."""

_FOREIGN_KEYS = """
SELECT conrelid, conkey, confrelid, confkey
FROM pg_catalog.pg_constraint
WHERE contype = 'f' AND conrelid = ANY(%(oids)s) AND conparentid = 0
ORDER BY conrelid, conkey, conname
"""
"""Constraints that PostgreSQL derives for partitions have a parent."""

_KINDS: dict[str, TableKind] = {"v": "view", "m": "materialized_view"}

Rows = defaultdict[int, list[tuple[Any, ...]]]


def read_catalogue(session: Session, config: ConnectionConfig) -> "PostgresCatalogue":
    """Expects the session's search path to be `pg_catalog, <the role's first schema>, …`. Raises DataSourceError."""
    found = session.connection.execute(
        _RELATIONS, {"limit": MAX_RELATIONS + 1, "comment": MAX_COMMENT_CHARACTERS}
    ).fetchall()
    refuse_more_than(MAX_RELATIONS, len(found), what="tables")
    relations = tuple(Relation(*row) for row in found if config.includes(row[1], row[2]))
    oids = [relation.oid for relation in relations if relation.readable]
    columns = _by_relation(session, _COLUMNS, oids)
    refuse_more_than(MAX_COLUMNS, sum(map(len, columns.values())), what="columns")
    default_schema = session.connection.execute("SELECT coalesce((current_schemas(false))[2], 'public')").fetchone()
    return PostgresCatalogue(
        default_schema=default_schema[0] if default_schema else "public",
        relations=relations,
        columns=columns,
        enums=_by_relation(session, _ENUMS, oids),
        keys=_by_relation(session, _KEYS, oids),
        foreign_keys=_by_relation(session, _FOREIGN_KEYS, oids),
    )


def _by_relation(session: Session, query: str, oids: Sequence[int]) -> Rows:
    rows: Rows = defaultdict(list)
    parameters = {"oids": list(oids), "limit": MAX_COLUMNS + 1, "comment": MAX_COMMENT_CHARACTERS}
    for row in session.connection.execute(query.encode(), parameters):
        rows[row[0]].append(row)
    return rows


class Relation(NamedTuple):
    oid: int
    schema: str
    name: str
    relkind: str
    comment: str
    readable: bool
    row_estimate: int | None


@dataclass(frozen=True, kw_only=True)
class PostgresCatalogue(Catalogue[Relation]):
    """The catalogue's rows; columns and keys by the relation's oid, values of enums by the type's."""

    columns: Rows
    enums: Rows
    keys: Rows
    foreign_keys: Rows

    def reason_not_to(self, relation: Relation) -> str:
        return "" if relation.readable else FORBIDDEN

    @cached_property
    def _by_oid(self) -> dict[int, Relation]:
        return {relation.oid: relation for relation in self.relations}

    @cached_property
    def _column_names(self) -> dict[int, dict[int, str]]:
        return {oid: {row[1]: row[2] for row in rows} for oid, rows in self.columns.items()}

    def table(self, relation: Relation) -> Table:
        keys = [(row[1], self._names(relation.oid, row[2])) for row in self.keys[relation.oid]]
        return Table(
            schema=relation.schema,
            name=relation.name,
            kind=_KINDS.get(relation.relkind, "table"),
            columns=tuple(self._column(row) for row in self.columns[relation.oid]),
            primary_key=next((names for primary, names in keys if primary), ()),
            unique_keys=tuple(sorted({names for primary, names in keys if names and not primary})),
            foreign_keys=tuple(
                key for row in self.foreign_keys[relation.oid] if (key := self._foreign_key(row)) is not None
            ),
            comment=relation.comment,
            row_estimate=relation.row_estimate,
        )

    def _column(self, row: tuple[Any, ...]) -> Column:
        _, _, name, type_text, base_type, category, nullable, comment, type_oid, generated = row
        return Column(
            name=name,
            type=type_text,
            kind=postgres_kind(base_type, category=category),
            nullable=nullable,
            comment=comment,
            enum_values=bounded_enum(label for _, label in self.enums.get(type_oid, ())),
            generated=generated,
        )

    def _foreign_key(self, row: tuple[Any, ...]) -> ForeignKey | None:
        """None when a side of the key may not be read."""
        owner, places, target_oid, target_places = row
        columns, target_columns = self._names(owner, places), self._names(target_oid, target_places)
        if not columns or not target_columns:
            return None
        target = self._by_oid[target_oid]
        return ForeignKey(
            columns=columns, target_schema=target.schema, target_table=target.name, target_columns=target_columns
        )

    def _names(self, oid: int, places: Sequence[int]) -> tuple[str, ...]:
        """Column names of attribute numbers, or () when one of them may not be read."""
        names = self._column_names.get(oid, {})
        return tuple(names[place] for place in places) if all(place in names for place in places) else ()
