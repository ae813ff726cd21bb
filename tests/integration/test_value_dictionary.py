"""Distinct values of short text columns: what becomes vocabulary and what does not."""

from collections.abc import Generator, Sequence
from typing import ClassVar

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schema_index.catalogue import indexed_catalogue
from schema_index.connectors.base import (
    ColumnName,
    Connector,
    DataSourceUnavailable,
    Introspection,
    Limits,
    Progress,
    ResultSet,
)
from schema_index.models import ColumnValue, DataSource, GapReason, VocabularyGap
from schema_index.retrieval.question_values import question_values
from schema_index.retrieval.types import StoredValue
from schema_index.schema import Dialect
from schema_index.sources import open_connector
from schema_index.syncing.snapshots import sync
from schema_index.value_dictionary.personal_columns import sounds_personal
from schema_index.value_dictionary.values import (
    MAX_DISTINCT,
    MAX_VALUE_CHARACTERS,
    ColumnGap,
    FoundValue,
    Vocabulary,
    read_values,
    store_values,
)
from tenants.cancellation import NEVER, Cancellation
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.conftest import NewSource
from tests.integration.conftest import stored
from tests.stored import all_rows, alter, reread

TICKETS = f"""
CREATE TABLE tickets (id INTEGER, state TEXT, subject TEXT, note TEXT, odd TEXT);
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MAX_DISTINCT + 1})
INSERT INTO tickets SELECT i, 'open', 'subject ' || i, 'few', NULL FROM n;
UPDATE tickets SET note = '{"n" * MAX_VALUE_CHARACTERS}' WHERE id = 1;
UPDATE tickets SET note = '{"n" * (MAX_VALUE_CHARACTERS + 1)}' WHERE id = 2;
UPDATE tickets SET note = 'Île-de-France' WHERE id = 3;
UPDATE tickets SET odd = '' WHERE id = 1;
UPDATE tickets SET odd = '!?' WHERE id = 2;
UPDATE tickets SET odd = 'nul' || char(0) || 'inside' WHERE id = 3;
UPDATE tickets SET odd = CAST(X'66ff6f' AS TEXT) WHERE id = 4;
UPDATE tickets SET odd = 'fine' WHERE id = 5;
"""


@pytest.fixture
def tickets(tenant: Tenant, new_sqlite_source: NewSource) -> DataSource:
    source = new_sqlite_source(tenant, slug="tickets", script=TICKETS)
    sync(tenant.id, source_id=source.id, actor="system:test")
    return reread(source)


def test_short_values_of_columns_with_few_are_kept_and_nothing_else(tickets: DataSource) -> None:
    assert stored(tickets).values == {
        *("tickets.state=open", "tickets.note=few", "tickets.note=Île-de-France", "tickets.odd=fine"),
        f"tickets.note={'n' * MAX_VALUE_CHARACTERS}",
        "tickets.odd=f\ufffdo",
    }


def test_a_question_names_a_value_in_its_own_spelling(tickets: DataSource) -> None:
    with tenant_transaction(tickets.tenant_id):
        found = question_values(
            "How many are OPEN in ile de france?", source_id=tickets.id, schema=indexed_catalogue(tickets).schema
        )
    assert found == (
        StoredValue(schema="main", table="tickets", column="note", text="Île-de-France"),
        StoredValue(schema="main", table="tickets", column="state", text="open"),
    )


def test_values_that_left_the_database_are_deleted_and_the_others_keep_their_rows(
    tenant: Tenant, tickets: DataSource
) -> None:
    def rows() -> dict[str, object]:
        with tenant_transaction(tenant.id):
            return dict(ColumnValue.objects.filter(column="state").values_list("text", "id"))

    before = rows()
    alter(tickets, "UPDATE tickets SET note = NULL; UPDATE tickets SET state = 'closed' WHERE id = 1")
    sync(tenant.id, source_id=tickets.id, actor="system:test")
    assert stored(tickets).values == {
        *("tickets.state=open", "tickets.state=closed", "tickets.odd=fine", "tickets.odd=f\ufffdo")
    }
    assert rows()["open"] == before["open"]


def test_equal_values_are_not_written_again(tenant: Tenant, tickets: DataSource) -> None:
    with tenant_transaction(tenant.id):
        values = tuple(
            FoundValue(schema=one.schema, table=one.table, column=one.column, text=one.text)
            for one in ColumnValue.objects.all()
        )
        gaps = tuple(
            ColumnGap(schema=one.schema, table=one.table, column=one.column, reason=GapReason(one.reason))
            for one in VocabularyGap.objects.all()
        )
        assert len(gaps) == 3
        with CaptureQueriesContext(connection) as queries:
            store_values(Vocabulary(values=values, gaps=gaps), source_id=tickets.id)
    assert [query["sql"].split()[0] for query in queries] == ["SELECT", "SELECT"]


class _GoneAfterOne:
    """A connector of a server that goes away between two columns."""

    dialect: ClassVar[Dialect] = "sqlite"

    def __init__(self, real: Connector) -> None:
        self._real = real
        self._asked = 0

    def introspect(self, *, progress: Progress | None = None) -> Introspection:
        return self._real.introspect(progress=progress)

    def vocabularies(self, columns: Sequence[ColumnName], *, limit: int) -> Generator[list[str] | None, None, None]:
        for found in self._real.vocabularies(columns, limit=limit):
            self._asked += 1
            if self._asked > 1:
                raise DataSourceUnavailable("The server went away.")
            yield found

    def read(self, sql: str, *, limits: Limits, cancellation: Cancellation = NEVER) -> ResultSet:
        return self._real.read(sql, limits=limits, cancellation=cancellation)

    def excess_rights(self) -> tuple[str, ...]:
        return self._real.excess_rights()


def test_a_server_that_goes_away_does_not_empty_the_dictionary(tickets: DataSource) -> None:
    with pytest.raises(DataSourceUnavailable):
        read_values(_GoneAfterOne(open_connector(tickets)), indexed_catalogue(tickets).schema, excluded=())


def _gaps(source: DataSource) -> dict[str, str]:
    with tenant_transaction(source.tenant_id):
        gaps = VocabularyGap.objects.filter(source_id=source.id)
        return {f"{gap.schema}.{gap.table}.{gap.column}": gap.reason for gap in gaps}


def test_a_column_whose_values_are_not_all_kept_says_why(tickets: DataSource) -> None:
    assert _gaps(tickets) == {
        "main.tickets.subject": "too_many",
        "main.tickets.note": "left_out",
        "main.tickets.odd": "left_out",
    }
    with tenant_transaction(tickets.tenant_id):
        looked_up = question_values("subject 7", source_id=tickets.id, schema=indexed_catalogue(tickets).schema)
    assert looked_up == ()


def test_personal_values_are_kept_only_where_somebody_said_so(
    tenant: Tenant, other_tenant: Tenant, new_sqlite_source: NewSource
) -> None:
    script = """
        CREATE TABLE people (city TEXT, last_name TEXT, "Email" TEXT);
        INSERT INTO people VALUES ('Lyon', 'Byron', 'a@b.c')
    """
    source = new_sqlite_source(tenant, slug="people", script=script)
    sync(tenant.id, source_id=source.id, actor="system:test")
    assert stored(source).values == {"people.city=Lyon"}
    assert _gaps(source) == {"main.people.last_name": "personal", "main.people.Email": "personal"}
    assert all_rows(VocabularyGap, other_tenant.id) == []

    new_sqlite_source(tenant, slug="people", script=script, values_included=["main.people.last*"])
    sync(tenant.id, source_id=source.id, actor="system:test")
    assert stored(source).values == {"people.city=Lyon", "people.last_name=Byron"}
    assert _gaps(source) == {"main.people.Email": "personal"}
    new_sqlite_source(tenant, slug="people", script=script, hidden=["main.people.Email"], values_included=[])
    assert stored(source).values == {"people.city=Lyon"}, "what may be kept no longer goes at once"
    sync(tenant.id, source_id=source.id, actor="system:test")
    assert _gaps(source) == {"main.people.last_name": "personal"}, "and nothing is told of what is hidden"


@pytest.mark.parametrize(
    "column", ["email", "E_Mail", "phoneNumber", "LAST_NAME", "date_of_birth", "IBAN", "home_address"]
)
def test_columns_that_sound_personal(column: str) -> None:
    assert sounds_personal(column)


@pytest.mark.parametrize(
    "column", ["name", "city", "status", "country", "product_name", "mailbox", "addressee", "zipped"]
)
def test_columns_that_do_not(column: str) -> None:
    assert not sounds_personal(column)
