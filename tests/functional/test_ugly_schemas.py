"""Databases that nobody would design: whatever a name or comment holds, it is synced or left out with a reason, and
every place that it reaches still works."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from html import escape
from io import StringIO

import pytest
from django.core.management import call_command

from nl2sql.generation.base import GenerationRequest
from nl2sql.prompt.build import build
from nl2sql.validation.validate import validate
from nl2sql.validation.verdict import Accepted, Rejected
from schema_index.catalogue import indexed_catalogue
from schema_index.connectors.base import DataSourceUnavailable, Limits
from schema_index.models import Chunk, ColumnValue, DataSource
from schema_index.retrieval.types import TableHit
from schema_index.sources import open_connector
from schema_index.syncing.snapshots import sync
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.asking import ask
from tests.conftest import Member
from tests.functional.conftest import TargetDatabase, connected
from tests.pages import of, operating
from tests.scripted_model import ScriptedModel, answers
from tests.stored import only_row

QUOTES = "it's \"quoted\"; -- <script>alert('x')</script>"
LINES = "two\nlines\tand\u202ethe other way"
EMOJI = "☕ Käffchen 100%s {x}"
LONG = "l" + "ö" * 31
"""63 bytes, all that PostgreSQL keeps of a name."""

MEGABYTE = 1_000_000


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


UGLY = f"""
CREATE SCHEMA {quoted(QUOTES)};
CREATE TABLE {quoted(QUOTES)}.{quoted(LINES)} (id integer PRIMARY KEY, {quoted(QUOTES)} text, {quoted(LINES)} integer);
CREATE TABLE {quoted(EMOJI)} (id integer PRIMARY KEY, {quoted(LONG)} text, "SELECT" integer, {quoted(QUOTES)} integer);
CREATE TABLE {quoted(LONG)} (id integer PRIMARY KEY, other integer REFERENCES {quoted(EMOJI)});
CREATE TABLE "Orders" (id integer PRIMARY KEY, "State" text, state text);
CREATE TABLE orders (id integer PRIMARY KEY, "State" text, state text);
COMMENT ON TABLE orders IS 'placeholder';
CREATE SCHEMA "a.b";
CREATE SCHEMA a;
CREATE TABLE "a.b".c (id integer);
CREATE TABLE a."b.c" (id integer);
CREATE TABLE a.fine (id integer);
INSERT INTO {quoted(EMOJI)} VALUES (1, 'Ada', 2, 3);
INSERT INTO "Orders" VALUES (1, 'big', 'B'), (2, 'big', 'B');
INSERT INTO orders VALUES (1, 'small', 's');
DO $$ BEGIN
    EXECUTE (SELECT 'CREATE TABLE wide (' || string_agg('measure_' || n || ' integer', ', ') || ')'
             FROM generate_series(1, 1600) AS n);
    EXECUTE format('COMMENT ON TABLE orders IS %L', repeat('ten words ', {MEGABYTE // 10}));
    EXECUTE format('COMMENT ON COLUMN orders.state IS %L', repeat('state of it ', {MEGABYTE // 10}));
END $$;
"""


@pytest.fixture(scope="module")
def ugly_database(target_database: TargetDatabase) -> Iterator[TargetDatabase]:
    database = f"{target_database.database}_ugly"
    target_database.run(f"DROP DATABASE IF EXISTS {database}")
    target_database.run(f"CREATE DATABASE {database}")
    ugly = replace(target_database, database=database)
    ugly.run(UGLY)
    for schema in (QUOTES, "public", "a", "a.b"):
        ugly.run(f"GRANT USAGE ON SCHEMA {quoted(schema)} TO {ugly.username}")
        ugly.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA {quoted(schema)} TO {ugly.username}")
    yield ugly
    target_database.run(f"DROP DATABASE {database} WITH (FORCE)")


@pytest.fixture
def ugly(tenant: Tenant, ugly_database: TargetDatabase) -> DataSource:
    return connected(tenant, "ugly", index_values=True, **ugly_database.fields)


TABLES = {
    (QUOTES, LINES),
    *(("public", name) for name in (EMOJI, LONG, "Orders", "orders", "wide")),
    ("a", "fine"),
}


def test_everything_is_synced_or_left_out_with_its_reason(ugly: DataSource) -> None:
    schema = indexed_catalogue(ugly).schema
    assert set(schema.by_name) == TABLES
    assert ugly.snapshot is not None
    reason = "Written as schema.table, its name is also that of another table: rename the schema or the table."
    assert ugly.snapshot.unreadable == [f"a.b.c: {reason}", f"a.b.c: {reason}"]
    assert len(schema.by_name["public", "wide"].columns) == 1600
    orders = schema.by_name["public", "orders"]
    assert [len(text) for text in (orders.comment, orders.columns[2].comment)] == [4000, 4000]
    with tenant_transaction(ugly.tenant_id):
        chunks = {chunk.object_key: len(chunk.text) for chunk in Chunk.objects.all()}
    assert chunks.keys() == {f"{schema}.{name}" for schema, name in TABLES}
    assert max(chunks.values()) < 7_000


def test_every_table_stands_in_the_prompt_and_passes_guard_and_engine(ugly: DataSource) -> None:
    schema = indexed_catalogue(ugly).schema
    for table in schema.tables:
        column = quoted(table.columns[-1].name)
        sql = f"SELECT {column}, count(*) FROM {quoted(table.schema)}.{quoted(table.name)} GROUP BY 1"
        verdict = validate(sql, schema=schema, row_limit=10)
        if table.name == LINES:
            # Such a name cannot be read in what a person is shown, so nothing is asked of it.
            assert isinstance(verdict, Rejected)
            assert verdict.violations[0].code == "forbidden_character"
        else:
            assert isinstance(verdict, Accepted), (table.name, verdict)
            open_connector(ugly).read(verdict.sql, limits=Limits())
        hit = TableHit(schema=table.schema, name=table.name, similarity=None, reason="asked for")
        request = GenerationRequest(
            question="How many?", schema=schema, tables=(hit,), today=date(2026, 1, 1), max_rows=10
        )
        prompt = build(request, token_budget=4_000)
        assert (prompt.tables, len(prompt.user) < 16_000) == ((table.qualified_name,), True)


def test_every_door_shows_ugly_names_as_they_are(ugly: DataSource, analyst: Member, model: ScriptedModel) -> None:
    sql = f"SELECT {quoted(LONG)}, {quoted(QUOTES)} FROM {quoted(EMOJI)}"
    model.script([answers(sql=sql), answers(sql=sql)])
    reply = ask(analyst, "What is quoted?")
    assert reply["status"] == "completed", reply
    assert [column["name"] for column in reply["result"]["columns"]] == [LONG, QUOTES]
    browser = of(analyst)
    page = browser.post("/", {"question": "What is quoted?"}, follow=True).content.decode()
    assert "<script>alert" not in page
    assert escape(QUOTES) in page
    operator = operating(analyst.tenant)
    for kind in ("datasource", "snapshot", "schemachange", "chunk"):
        shown = operator.get(f"/admin/schema_index/{kind}/")
        assert (shown.status_code, "<script>alert" in shown.content.decode()) == (200, False)


def test_the_command_prints_names_that_no_terminal_obeys(ugly: DataSource) -> None:
    out, err = StringIO(), StringIO()
    with tenant_transaction(ugly.tenant_id):
        DataSource.objects.update(exclude_tables=["public.wide"])
    call_command("sync_schema", "ugly", tenant="acme", stdout=out, stderr=err)
    assert out.getvalue() == (
        "ugly: revision 2, 6 tables, 1 changes, 0 texts embedded.\n  table removed: public.wide\n"
    )
    progress = [line.split(" ", 1) for line in err.getvalue().splitlines() if "/8 " in line]
    assert [done for done, _ in progress] == [f"{done}/8" for done in range(1, 9)]
    assert "two·lines·and·the other way" in {name for _, name in progress}
    assert "  left out: a.b.c: Written as schema.table" in err.getvalue()


def test_the_composer_answers_or_says_why_not(ugly: DataSource, analyst: Member) -> None:
    for question in ("How many orders are there?", "How many wide are there?", "List the käffchen.", f"Show {EMOJI}"):
        reply = ask(analyst, question)
        assert reply["status"] in {"completed", "needs_clarification", "cannot_answer"}, (question, reply)


def test_a_source_that_disappears_between_two_reads_leaves_everything_as_it_was(
    ugly: DataSource, ugly_database: TargetDatabase
) -> None:
    def kept() -> tuple[object, ...]:
        with tenant_transaction(ugly.tenant_id):
            source = DataSource.objects.get(id=ugly.id)
            counts = (Chunk.objects.count(), ColumnValue.objects.count())
            return (source.snapshot_id, source.synced_at, *counts)

    def gone(done: int, total: int, name: str) -> None:
        if done == total:
            ugly_database.run(f"ALTER ROLE {ugly_database.username} NOLOGIN")

    before = kept()
    try:
        with pytest.raises(DataSourceUnavailable) as error:
            sync(ugly.tenant_id, source_id=ugly.id, actor="system:test", progress=gone)
    finally:
        ugly_database.run(f"ALTER ROLE {ugly_database.username} LOGIN")
    assert kept() == before
    assert only_row(DataSource, ugly.tenant_id, id=ugly.id).sync_error == error.value.message
    assert sync(ugly.tenant_id, source_id=ugly.id, actor="system:test").changes == ()
