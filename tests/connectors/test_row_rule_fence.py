"""A statement's own conditions are never tried on rows that a row rule leaves out, whatever the optimizer prefers."""

import pytest

from nl2sql.validation.judge import judge
from nl2sql.validation.verdict import Accepted
from schema_index.access.policy import Access
from schema_index.connectors.base import DataSourceError, Limits
from schema_index.schema import Dialect
from tests.connectors.conftest import Target

PROBES: dict[Dialect, str] = {
    "postgres": "SELECT id FROM people WHERE 1 / (id - {row}) > -9",
    "duckdb": "SELECT id FROM people WHERE CAST(CASE WHEN id = {row} THEN 'x' ELSE '1' END AS INTEGER) = 1",
}
"""They fail when they are tried on the row of that id; MySQL and SQLite answer NULL and raise nothing to tell of it."""

RULE = "upper(lower(upper(lower(upper(lower(name)))))) <> 'LINUS'"
"""Dearer than the probes, so that an engine which may choose tries them first."""


@pytest.mark.parametrize("target", list(PROBES), indirect=True)
def test_no_error_tells_of_a_row_that_a_rule_leaves_out(target: Target) -> None:
    schema = target.connector.introspect().schema
    name = next(table.qualified_name for table in schema.tables if table.name == "people")
    access = Access(visible=schema, whole=schema, row_rules={name: RULE})
    probe = PROBES[target.dialect]
    limits = Limits()

    def bound(row: int) -> str:
        verdict = judge(probe.format(row=row), access=access, attributes={}, row_limit=100)
        assert isinstance(verdict, Accepted), verdict
        return verdict.sql

    assert {row[0] for row in target.connector.read(bound(3), limits=limits).rows} == {1, 2}
    assert {row[0] for row in target.connector.read(bound(99), limits=limits).rows} == {1, 2}
    with pytest.raises(DataSourceError):
        target.connector.read(bound(2), limits=limits)
