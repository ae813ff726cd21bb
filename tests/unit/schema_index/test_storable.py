"""What of an introspection can be kept, and what is left out with its reason."""

from dataclasses import replace

import pytest

from schema_index.connectors.base import DataSourceError, Introspection, Unreadable
from schema_index.schema import Column, DatabaseSchema, ForeignKey, Table
from schema_index.syncing import storable as module
from schema_index.syncing.storable import AMBIGUOUS, UNSTORABLE, storable

ID = Column(name="id", type="integer", kind="integer")
GONE = Unreadable(schema="main", name="gone", reason="It is broken.")


def _table(schema: str, name: str, *columns: Column, refers_to: tuple[str, str] | None = None) -> Table:
    keys = (
        [ForeignKey(columns=("id",), target_schema=refers_to[0], target_table=refers_to[1], target_columns=("id",))]
        if refers_to
        else []
    )
    return Table(schema=schema, name=name, columns=(ID, *columns), foreign_keys=tuple(keys))


def _found(*tables: Table) -> Introspection:
    return Introspection(schema=DatabaseSchema.of("duckdb", "main", list(tables)), unreadable=(GONE,))


def test_what_is_fine_stays_as_it_is() -> None:
    found = _found(_table("main", "a"), _table("main", "b", refers_to=("main", "a")))
    assert storable(found) == found


def test_comments_are_cut_and_lose_what_cannot_be_stored() -> None:
    column = replace(ID, name="note", comment="a\0b" + "c" * 5_000)
    (table,) = storable(_found(replace(_table("main", "t", column), comment="x" * 5_000))).schema.tables
    assert (table.comment, table.columns[1].comment) == ("x" * 4_000, "ab" + "c" * 3_997)


def test_names_that_cannot_be_stored_or_told_apart_are_left_out_with_the_keys_to_them() -> None:
    kept = _table("main", "kept", refers_to=("a", "b.c"))
    found = _found(
        kept,
        _table("a", "b.c"),
        _table("a.b", "c"),
        _table("main", "odd", replace(ID, name="x\0")),
        _table("main", "o\0dd"),
    )
    assert storable(found) == Introspection(
        schema=DatabaseSchema.of("duckdb", "main", [replace(kept, foreign_keys=())]),
        unreadable=(
            GONE,
            Unreadable(schema="a", name="b.c", reason=AMBIGUOUS),
            Unreadable(schema="a.b", name="c", reason=AMBIGUOUS),
            Unreadable(schema="main", name="o�dd", reason=UNSTORABLE),
            Unreadable(schema="main", name="odd", reason=UNSTORABLE),
        ),
    )


def test_a_schema_too_large_to_keep_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_CHARACTERS", 50)
    with pytest.raises(DataSourceError, match="fewer schemas or tables"):
        storable(_found(*(_table("main", f"table_{number}") for number in range(10))))
