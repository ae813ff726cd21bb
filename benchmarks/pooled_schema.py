"""The `schema_linking` pool as DatabaseSchemas: all tables as one source, and each database as a source of its own."""

from collections import defaultdict
from pathlib import Path
from typing import Any
from uuid import UUID

from benchmarks.harness import json_lines
from schema_index.schema import Column, ColumnKind, DatabaseSchema, ForeignKey, Table

POOL = "pool"

_KINDS: tuple[tuple[str, ColumnKind], ...] = (
    ("int", "integer"),
    ("number", "number"),
    ("real", "number"),
    ("float", "number"),
    ("double", "number"),
    ("decimal", "number"),
    ("numeric", "number"),
    ("bool", "boolean"),
    ("timestamp", "timestamp"),
    ("datetime", "timestamp"),
    ("date", "date"),
    ("time", "time"),
    ("text", "text"),
    ("char", "text"),
)


def schemas(folder: Path) -> dict[str, DatabaseSchema]:
    """By source slug: `pool` holds every table, the others one database each, `<source>.<database>`."""
    rows = json_lines(folder / "pooled_schemas.jsonl")
    tables: dict[str, list[Table]] = defaultdict(list)
    for row in rows:
        table = _table(row)
        tables[POOL].append(table)
        tables[table.schema].append(table)
    return {
        name: DatabaseSchema.of("postgres", POOL if name == POOL else name, found) for name, found in tables.items()
    }


def stored(tenant_id: UUID, name: str, schema: DatabaseSchema, *, actor: str) -> UUID:
    """As a source of the tenant, as a sync stores it; its id."""
    from schema_index import sources  # noqa: PLC0415  the applications must be loaded first
    from schema_index.connectors.base import Introspection  # noqa: PLC0415
    from schema_index.syncing.diff import diff  # noqa: PLC0415
    from schema_index.syncing.snapshots import record  # noqa: PLC0415
    from schema_index.value_dictionary.values import Vocabulary  # noqa: PLC0415
    from tenants.context import tenant_transaction  # noqa: PLC0415

    slug = name.lower().replace(".", "-").replace("_", "-")[:63]
    with tenant_transaction(tenant_id):
        source = sources.upsert(slug=slug, name=name[:200], dialect="postgres", database=name, password="", actor=actor)
        record(source, Introspection(schema=schema), Vocabulary(), actor=actor, changes=diff(None, schema))
    return source.id


def _table(row: dict[str, Any]) -> Table:
    schema = row["table_id"].rsplit(".", 1)[0] if "." not in row["table"] else row["table_id"][: -len(row["table"]) - 1]
    return Table(
        schema=schema,
        name=row["table"],
        columns=tuple(_column(column) for column in row["columns"]),
        primary_key=tuple(row["primary_key"] or ()),
        foreign_keys=tuple(_foreign_key(key, schema=schema) for key in row["foreign_keys"] or ()),
        comment=_said(row["label"], name=row["table"]),
    )


def _column(column: dict[str, Any]) -> Column:
    declared = str(column["type"]).lower()
    kind: ColumnKind = next((kind for word, kind in _KINDS if word in declared), "other")
    comment = column["description"] or _said(column["label"], name=column["name"])
    return Column(name=column["name"], type=declared[:60], kind=kind, comment=comment)


def _said(label: str, *, name: str) -> str:
    """A label counts as a comment only where it says more than the name does."""
    plain = "".join(character for character in label.lower() if character.isalnum())
    return "" if plain == "".join(character for character in name.lower() if character.isalnum()) else label


def _foreign_key(key: dict[str, Any], *, schema: str) -> ForeignKey:
    """The folder's sources spell a foreign key in two ways."""
    target = key.get("ref_table") or key["referenced_table_name"].rsplit("#sep#", 1)[-1]
    return ForeignKey(
        columns=(key.get("column") or key["column_name"],),
        target_schema=schema,
        target_table=target,
        target_columns=(key.get("ref_column") or key["referenced_column_name"],),
    )
