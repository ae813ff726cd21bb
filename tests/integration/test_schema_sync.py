"""One sync after the other: what is stored, what is left alone, and what a failure leaves behind."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from ipaddress import ip_network
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from schema_index.connectors.base import DataSourceUnavailable
from schema_index.connectors.sqlite_catalogue import BROKEN
from schema_index.embedding.embed_chunks import embed_pending
from schema_index.models import ChunkEmbedding, DataSource, SchemaChange, Snapshot, SyncRun
from schema_index.outbound.target_policy import DataSourceForbidden
from schema_index.signals import schema_changed
from schema_index.sources import DataSourceNotFound, open_connector
from schema_index.syncing import sync_runs
from schema_index.syncing.diff import Change
from schema_index.syncing.snapshots import LEASE, SyncInProgress, sync
from schema_index.syncing.sync_runs import SyncResult
from tenants.context import tenant_transaction
from tenants.models import AuditEvent, Tenant
from tests.conftest import NewSource
from tests.integration.conftest import (
    READER_PASSWORD,
    CountingEmbedder,
    change_of,
    chunk_ids,
    heard,
    save_stock_source,
    stored,
    target_name,
)
from tests.racing import Ready, raced
from tests.stored import all_rows, alter, only_row, reread


@pytest.fixture
def source(tenant: Tenant, new_sqlite_source: NewSource) -> DataSource:
    """The little shop, not yet synced."""
    return new_sqlite_source(tenant, values_excluded=["main.customers.email"])


def _sync(source: DataSource) -> SyncResult:
    return sync(source.tenant_id, source_id=source.id, actor="system:test")


def _file(source: DataSource) -> Path:
    root: Path = settings.ENVIRONMENT.files_root
    return root / str(source.tenant_id) / source.database


def _told(changes: tuple[Change, ...]) -> list[tuple[str, str, str]]:
    return [(change.kind, change.object_name, change.detail) for change in changes]


def _embedded_at(source: DataSource) -> dict[str, object]:
    with tenant_transaction(source.tenant_id):
        return dict(ChunkEmbedding.objects.values_list("chunk__title", "embedded_at"))


def test_the_first_sync_stores_everything(source: DataSource, embedder: CountingEmbedder) -> None:
    with heard() as told:
        result = _sync(source)
    assert (result.revision, result.tables, result.unreadable) == (1, 2, ())
    assert _told(result.changes) == [("table_added", "main.customers", ""), ("table_added", "main.orders", "")]
    assert [(words["source"].id, words["changes"], len(words["schema"].tables)) for words in told] == [
        (source.id, result.changes, 2)
    ]
    assert embed_pending(source.tenant_id, embedder=embedder) == 2
    found = stored(source)
    assert found.chunks == {"main.customers", "main.orders"}
    assert found.vectors == {("main.customers", "words"), ("main.orders", "words")}
    assert found.values == {
        *("customers.name=Ada", "customers.name=Ben", "customers.name=Cleo"),
        *("customers.city=Lyon", "customers.city=Turin", "orders.status=paid", "orders.status=cancelled"),
    }
    known = reread(source)
    assert known.snapshot is not None
    assert (known.sync_error, known.sync_lease_until, known.snapshot.revision) == ("", None, 1)
    assert known.synced_at is not None
    assert len(all_rows(SchemaChange, source.tenant_id, snapshot=known.snapshot)) == 2
    event = only_row(AuditEvent, source.tenant_id, action="schema.changed")
    assert (event.actor, event.subject, event.details) == ("system:test", "shop", {"revision": 1})


def test_an_unchanged_schema_writes_nothing_but_the_time(source: DataSource, embedder: CountingEmbedder) -> None:
    _sync(source)
    embed_pending(source.tenant_id, embedder=embedder)
    before, at = stored(source), _embedded_at(source)
    embedder.calls.clear()
    with heard() as told, CaptureQueriesContext(connection) as queries:
        result = _sync(source)
    assert (result.revision, result.changes, told) == (1, (), [])
    written = [query["sql"] for query in queries if query["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    tables = [sql.split('"')[1].removeprefix("schema_index_") for sql in written]
    # The lease is taken, the time is written, the lease is given back; the rest is the account of the sync itself.
    assert tables.count("datasource") == 3
    assert set(tables) == {"datasource", "syncrun"}
    assert embed_pending(source.tenant_id, embedder=embedder) == 0
    assert embedder.calls == []
    assert (stored(source), _embedded_at(source)) == (before, at)
    assert len(all_rows(Snapshot, source.tenant_id)) == 1


def test_a_changed_column_embeds_its_table_again_and_nothing_else(
    source: DataSource, embedder: CountingEmbedder
) -> None:
    _sync(source)
    embed_pending(source.tenant_id, embedder=embedder)
    ids, at = chunk_ids(source.tenant_id), _embedded_at(source)
    embedder.calls.clear()
    alter(source, "ALTER TABLE orders ADD COLUMN coupon TEXT")
    with heard() as told:
        result = _sync(source)
    assert (result.revision, _told(result.changes)) == (2, [("column_added", "main.orders.coupon", "TEXT")])
    assert told[0]["changes"] == result.changes
    assert embed_pending(source.tenant_id, embedder=embedder) == 1
    (text,) = embedder.texts
    assert text.startswith("orders.")
    assert "coupon" in text
    now = _embedded_at(source)
    assert now["main.customers"] == at["main.customers"]
    assert now["main.orders"] != at["main.orders"]
    assert chunk_ids(source.tenant_id) == ids


def test_a_removed_table_leaves_no_chunk_no_vector_and_no_value(source: DataSource, embedder: CountingEmbedder) -> None:
    _sync(source)
    embed_pending(source.tenant_id, embedder=embedder)
    alter(source, "DROP TABLE orders")
    assert _told(_sync(source).changes) == [("table_removed", "main.orders", "")]
    found = stored(source)
    assert (found.chunks, found.vectors) == ({"main.customers"}, {("main.customers", "words")})
    assert {value.split(".")[0] for value in found.values} == {"customers"}


def test_a_second_sync_of_the_same_source_is_refused_while_the_first_reads(source: DataSource) -> None:
    refused = []

    def meanwhile(done: int, total: int, name: str) -> None:
        with pytest.raises(SyncInProgress) as error:
            _sync(source)
        refused.append(error.value.code)

    result = sync(source.tenant_id, source_id=source.id, actor="system:test", progress=meanwhile)
    assert result.revision == 1
    assert refused
    assert reread(source).sync_lease_until is None
    assert _sync(source).changes == ()


def test_the_lease_of_a_sync_that_died_is_taken_over(source: DataSource) -> None:
    change_of(source, sync_lease_until=timezone.now() + LEASE)
    with pytest.raises(SyncInProgress):
        _sync(source)
    change_of(source, sync_lease_until=timezone.now() - timedelta(seconds=1))
    assert _sync(source).revision == 1


def test_a_sync_that_was_overtaken_stores_nothing(source: DataSource) -> None:
    others = timezone.now() + LEASE

    def overtaken(done: int, total: int, name: str) -> None:
        change_of(source, sync_lease_until=others)

    with pytest.raises(SyncInProgress):
        sync(source.tenant_id, source_id=source.id, actor="system:test", progress=overtaken)
    now = reread(source)
    assert (now.snapshot, now.sync_error, now.sync_lease_until) == (None, "", others)


def test_an_older_sync_never_puts_the_past_over_the_present(source: DataSource) -> None:
    """The first has read the database and stalls past its lease; the second reads a newer one and stores it."""
    stalled, go_on = threading.Event(), threading.Event()

    def stall(done: int, total: int, name: str) -> None:
        if done == total:
            stalled.set()
            assert go_on.wait(20)

    def first() -> str:
        try:
            sync(source.tenant_id, source_id=source.id, actor="system:first", progress=stall)
        except SyncInProgress as error:
            return error.message
        finally:
            connections.close_all()
        return "stored"

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(first)
        try:
            assert stalled.wait(20)
            alter(source, "ALTER TABLE orders RENAME COLUMN total TO amount")
            change_of(source, sync_lease_until=timezone.now() - timedelta(seconds=1))
            assert _sync(source).revision == 1
        finally:
            go_on.set()
        assert "has taken over" in late.result(20)

    now = reread(source)
    assert now.snapshot is not None
    names = [column["name"] for column in now.snapshot.description["tables"][1]["columns"]]
    assert names == ["id", "customer_id", "status", "amount", "ordered_at"]
    assert (now.snapshot.revision, now.sync_error, now.sync_lease_until) == (1, "", None)
    with tenant_transaction(source.tenant_id):
        assert dict(SyncRun.objects.values_list("requested_by", "state")) == {
            "system:first": "interrupted",
            "system:test": "done",
        }


def test_syncs_at_once_leave_one_revision(source: DataSource) -> None:
    def one(ready: Ready) -> str:
        ready()
        try:
            return str(_sync(source).revision)
        except SyncInProgress:
            return "refused"

    assert set(raced(4, one)) <= {"1", "refused"}
    assert len(all_rows(Snapshot, source.tenant_id)) == 1
    assert len(all_rows(SchemaChange, source.tenant_id)) == 2


def test_each_sync_leaves_an_account(source: DataSource) -> None:
    seen: list[tuple[str, int, int, str]] = []

    def look(done: int, total: int, name: str) -> None:
        run = only_row(SyncRun, source.tenant_id)
        seen.append((run.state_now, run.done, run.total, run.current))

    sync(source.tenant_id, source_id=source.id, actor="system:test", progress=look)
    # The second table came within the second in which nothing is written.
    assert seen == [("running", 1, 2, "customers")] * 2
    run = only_row(SyncRun, source.tenant_id)
    assert (run.state, run.done, run.total, run.revision, run.error) == ("done", 2, 2, 1, "")
    assert run.counts == {"tables": 2, "unreadable": 0, "changes": {"table_added": 2}}


def test_a_run_whose_process_died_is_shown_as_interrupted_until_a_new_one_begins(source: DataSource) -> None:
    with tenant_transaction(source.tenant_id):
        dead = SyncRun.objects.create(
            tenant_id=source.tenant_id,
            source=source,
            requested_by="system:test",
            state="running",
            alive_until=timezone.now() - timedelta(seconds=1),
        )
    assert (dead.state_now, dead.is_active) == ("interrupted", False)
    _sync(source)
    with tenant_transaction(source.tenant_id):
        assert sync_runs.find(dead.id).state == "interrupted"


def test_of_many_syncs_the_last_are_kept(source: DataSource) -> None:
    with tenant_transaction(source.tenant_id):
        SyncRun.objects.bulk_create(
            SyncRun(tenant_id=source.tenant_id, source=source, requested_by="system:test", state="done")
            for _ in range(sync_runs.KEPT_RUNS + 5)
        )
    _sync(source)
    assert len(all_rows(SyncRun, source.tenant_id)) == sync_runs.KEPT_RUNS
    assert len(all_rows(SyncRun, source.tenant_id, revision=1)) == 1


def test_a_source_deleted_while_it_is_read_is_not_found(source: DataSource) -> None:
    def deleted(done: int, total: int, name: str) -> None:
        with tenant_transaction(source.tenant_id):
            DataSource.objects.filter(id=source.id).delete()

    with pytest.raises(DataSourceNotFound):
        sync(source.tenant_id, source_id=source.id, actor="system:test", progress=deleted)


def test_a_missing_file_is_told_on_the_source_until_a_sync_succeeds(source: DataSource) -> None:
    path = _file(source)
    away = path.rename(path.with_suffix(".away"))
    with pytest.raises(DataSourceForbidden) as error:
        _sync(source)
    failed = reread(source)
    assert failed.sync_error == error.value.message
    assert (failed.synced_at, failed.sync_lease_until) == (None, None)
    away.rename(path)
    _sync(source)
    assert reread(source).sync_error == ""


def test_a_file_that_is_no_database_is_told_without_a_traceback(source: DataSource) -> None:
    _file(source).write_bytes(b"no database at all" * 100)
    with pytest.raises(DataSourceUnavailable) as error:
        _sync(source)
    assert reread(source).sync_error == error.value.message


@pytest.mark.parametrize(
    "changes",
    [{"password": "wrong-word"}, {"port": 1025}, {"database": "nowhere_at_all"}, {"username": "nobody_at_all"}],
    ids=lambda changes: next(iter(changes)),
)
def test_a_server_that_cannot_be_reached_is_told_without_what_was_tried(
    tenant: Tenant, stock_source: DataSource, changes: dict[str, object]
) -> None:
    _sync(stock_source)
    save_stock_source(tenant, **changes)
    with pytest.raises(DataSourceUnavailable) as error:
        _sync(stock_source)
    told = reread(stock_source).sync_error
    assert told == error.value.message
    for secret in ("wrong-word", READER_PASSWORD, "127.0.0.1", "1025", target_name()):
        assert secret not in told
    save_stock_source(tenant)
    assert _sync(stock_source).changes == ()
    assert reread(stock_source).sync_error == ""


def test_a_comment_in_postgresql_embeds_one_table_again(
    stock_source: DataSource, target_database: Callable[[str], None], embedder: CountingEmbedder
) -> None:
    _sync(stock_source)
    embed_pending(stock_source.tenant_id, embedder=embedder)
    assert stored(stock_source).chunks == {"public.products", "public.stock"}
    embedder.calls.clear()
    target_database("COMMENT ON COLUMN stock.shelf IS 'where it lies'")
    assert _told(_sync(stock_source).changes) == [("column_changed", "public.stock.shelf", "comment")]
    embed_pending(stock_source.tenant_id, embedder=embedder)
    assert [text.split(".")[0] for text in embedder.texts] == ["stock"]


def test_another_tenants_source_is_not_found(source: DataSource, other_tenant: Tenant) -> None:
    for source_id in (source.id, uuid4()):
        with pytest.raises(DataSourceNotFound, match="no such data source"):
            sync(other_tenant.id, source_id=source_id, actor="system:test")
    assert reread(source).sync_lease_until is None


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.0.0.2"])
def test_a_source_may_not_be_querents_own_database(
    tenant: Tenant, stock_source: DataSource, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "TARGET_NETWORKS", [ip_network("127.0.0.0/8"), ip_network("::1/128")])
    source = save_stock_source(tenant, host=host, database=settings.DATABASES["default"]["NAME"])
    with pytest.raises(DataSourceForbidden, match="own database"):
        open_connector(source)


def test_a_receiver_that_raises_undoes_the_sync(source: DataSource) -> None:
    def broken(**_: object) -> None:
        raise ZeroDivisionError

    schema_changed.connect(broken, weak=False)
    try:
        with pytest.raises(ZeroDivisionError):
            _sync(source)
    finally:
        schema_changed.disconnect(broken)
    now = reread(source)
    assert (now.snapshot, now.sync_lease_until) == (None, None)
    assert stored(source).chunks == set()


def test_a_view_that_breaks_is_named_without_a_new_revision_when_nothing_else_changed(source: DataSource) -> None:
    alter(source, "CREATE TABLE t (a); CREATE VIEW gone AS SELECT nowhere FROM t;")
    assert _sync(source).unreadable == (f"main.gone: {BROKEN}",)
    alter(source, "CREATE VIEW lost AS SELECT a FROM no_such_table;")
    again = _sync(source)
    assert (again.revision, again.changes) == (1, ())
    snapshot = reread(source).snapshot
    assert snapshot is not None
    assert snapshot.unreadable == [f"main.{name}: {BROKEN}" for name in ("gone", "lost")]


def test_a_thousand_tables_are_synced_whole_and_again_without_a_write(
    tenant: Tenant, new_sqlite_source: NewSource
) -> None:
    script = "".join(f"CREATE TABLE table_{number} (id INTEGER, city TEXT, total REAL);" for number in range(1_000))
    source = new_sqlite_source(tenant, slug="large", script=f"BEGIN;{script}COMMIT;", index_values=False)
    with CaptureQueriesContext(connection) as first:
        assert (_sync(source).tables, len(stored(source).chunks)) == (1_000, 1_000)
    with CaptureQueriesContext(connection) as second:
        assert _sync(source).changes == ()
    # Rows go in by the hundred; a statement a table would be 2,000 of them.
    assert (len(first) < 100, len(second) < 40) == (True, True)
