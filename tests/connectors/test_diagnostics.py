"""An engine's message keeps its sense and loses everything that could have been read from a row."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schema_index.connectors.diagnostics import MAX_DIAGNOSTIC, diagnostic

STATEMENT = 'SELECT o.totl, "Net Total" FROM orders o'


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("column o.totl does not exist", "column o.totl does not exist"),
        ('column "Net Total" does not exist', 'column "Net Total" does not exist'),
        ('relation "4111 1111 1111 1111" does not exist', 'relation "…" does not exist'),
        ('invalid input syntax for type integer: "Ada"', 'invalid input syntax for type integer: "…"'),
        ("Spalte «totl» existiert nicht: Ada", "… «totl» …: …"),
        ("no such column: o.totl", "no such column: o.totl"),
        ("operator does not exist: text + integer", "operator does not exist: text + integer"),
        ("one\ntwo  SELECT", "one … SELECT"),
    ],
)
def test_known_words_stay(message: str, expected: str) -> None:
    assert diagnostic(message, statement=STATEMENT) == expected


@settings(max_examples=50)
@given(st.text(max_size=30))
def test_nothing_that_is_neither_known_nor_stated_comes_through(data: str) -> None:
    told = diagnostic(f'value "{data} Zebra77" does not exist', statement=STATEMENT)

    assert "Zebra77" not in told
    assert len(told) <= MAX_DIAGNOSTIC
