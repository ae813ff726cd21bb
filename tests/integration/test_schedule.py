"""What is synced by itself: by interval, after a lost message, and when the target tells of a change."""

from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from config.celery import app
from schema_index import sources, tasks
from schema_index.models import DataSource, SyncRun
from schema_index.syncing import schedule, sync_runs
from schema_index.syncing.ddl_trigger import read_ddl_mark
from schema_index.syncing.snapshots import sync
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.commands import said
from tests.conftest import Connect, NewSource
from tests.integration.conftest import change_of, save_stock_source, stored, target_name
from tests.racing import Ready, raced
from tests.stored import change_tenant, reread

NOW = timezone.now()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """What was asked of workers: (tenant, run). Nobody takes the messages out of the in-memory queue here."""
    messages: list[tuple[str, ...]] = []
    monkeypatch.setattr(tasks.sync_source, "delay", lambda *ids: messages.append(ids))
    return messages


def _request_due(tenant: Tenant, now: Any = NOW) -> int:
    with tenant_transaction(tenant.id):
        return schedule.request_due(now=now, send=tasks.send_sync)


def test_a_source_is_due_when_its_interval_has_passed(
    tenant: Tenant, new_sqlite_source: NewSource, sent: list[tuple[str, ...]]
) -> None:
    source = new_sqlite_source(tenant, sync_every=10)
    new_sqlite_source(tenant, slug="never")
    counts = []
    for minutes in (0, 1, 9, 10, 11, 20):
        counts.append(_request_due(tenant, NOW + timedelta(minutes=minutes)))
        with tenant_transaction(tenant.id):
            SyncRun.objects.update(state="failed")
    assert counts == [1, 0, 0, 1, 0, 1]
    with tenant_transaction(tenant.id):
        runs = {str(run.id): (run.source_id, run.requested_by) for run in SyncRun.objects.all()}
    assert set(runs.values()) == {(source.id, "system:schedule")}
    assert sorted(sent) == sorted((str(tenant.id), run_id) for run_id in runs)


def test_two_beats_ask_once(tenant: Tenant, new_sqlite_source: NewSource, sent: list[tuple[str, ...]]) -> None:
    for number in range(4):
        new_sqlite_source(tenant, slug=f"shop-{number}", sync_every=1)

    def beat(ready: Ready) -> None:
        ready()
        tasks.sync_due()

    raced(3, beat)
    assert len(sent) == len(set(sent)) == 4


def test_a_suspended_tenant_is_not_synced(
    tenant: Tenant, new_sqlite_source: NewSource, sent: list[tuple[str, ...]]
) -> None:
    new_sqlite_source(tenant, sync_every=1)
    change_tenant(tenant, is_suspended=True)
    tasks.sync_due()
    assert sent == []


def test_whoever_asks_while_a_sync_is_queued_gets_that_one(
    tenant: Tenant, new_sqlite_source: NewSource, sent: list[tuple[str, ...]]
) -> None:
    source = new_sqlite_source(tenant)
    with tenant_transaction(tenant.id):
        first = sync_runs.request(source, actor="user:1", send=tasks.send_sync)
        second = sync_runs.request(source, actor="user:2", send=tasks.send_sync)
    assert (first.id, sent) == (second.id, [(str(tenant.id), str(first.id))])
    tasks.sync_source(str(tenant.id), str(first.id))
    # A message that comes again does nothing again.
    tasks.sync_source(str(tenant.id), str(first.id))
    with tenant_transaction(tenant.id):
        assert SyncRun.objects.values_list("state", "revision").get() == ("done", 1)
        third = sync_runs.request(source, actor="user:2", send=tasks.send_sync)
    assert third.id != first.id


def test_a_run_whose_message_was_lost_is_sent_again_after_a_while(
    tenant: Tenant, new_sqlite_source: NewSource, sent: list[tuple[str, ...]]
) -> None:
    source = new_sqlite_source(tenant)
    with tenant_transaction(tenant.id):
        run = sync_runs.request(source, actor="user:1", send=lambda _: None)
    for minutes in (1, 6, 7, 12):
        with tenant_transaction(tenant.id):
            schedule.resend_lost(now=timezone.now() + timedelta(minutes=minutes), send=tasks.send_sync)
    assert sent == [(str(tenant.id), str(run.id))] * 2


@pytest.fixture
def watched_source(stock_source: DataSource, target_database: Callable[[str], None]) -> DataSource:
    """With the printed trigger in its database, and synced."""
    for _ in range(2):
        target_database(said("ddl_trigger", "stock", tenant="acme"))
    change_of(stock_source, watch_ddl=True)
    sync(stock_source.tenant_id, source_id=stock_source.id, actor="system:test")
    return reread(stock_source)


def _looked(source: DataSource, sent: list[tuple[str, ...]]) -> bool:
    """Whether one look at the trigger asked for a sync; the sync is then done."""
    sent.clear()
    tasks.check_ddl(str(source.tenant_id), str(source.id))
    for message in sent:
        tasks.sync_source(*message)
    return bool(sent)


def test_a_change_in_the_target_is_synced_by_the_next_look(
    watched_source: DataSource, target_database: Callable[[str], None], sent: list[tuple[str, ...]]
) -> None:
    assert stored(watched_source).chunks == {"public.products", "public.stock"}, "the trigger's own table is no data"
    assert not _looked(watched_source, sent)
    for script, tables in (
        ("CREATE TABLE shelves (id integer)", {"public.products", "public.shelves", "public.stock"}),
        ("COMMENT ON TABLE shelves IS 'where it lies'", {"public.products", "public.shelves", "public.stock"}),
        ("DROP TABLE shelves", {"public.products", "public.stock"}),
    ):
        target_database(script)
        assert _looked(watched_source, sent), script
        assert stored(watched_source).chunks == tables
        assert not _looked(watched_source, sent), script


def test_temporary_tables_rows_and_refreshes_are_no_change(
    watched_source: DataSource, admin_connection: Connect, target_database: Callable[[str], None]
) -> None:
    target_database("CREATE MATERIALIZED VIEW cheap AS SELECT * FROM products")
    connector = sources.open_connector(watched_source)
    before = read_ddl_mark(connector)
    with closing(admin_connection(target_name())) as connection:
        connection.execute("CREATE TEMP TABLE passing (id integer)")
        connection.execute("DROP TABLE passing")
        connection.execute("REFRESH MATERIALIZED VIEW cheap")
        connection.execute("INSERT INTO products VALUES (9, 'Mug', 2)")
        assert read_ddl_mark(connector) == before
        connection.execute("ALTER TABLE products ADD COLUMN size text")
        assert read_ddl_mark(connector) != before


def test_a_change_that_is_seen_late_is_not_missed(
    watched_source: DataSource,
    admin_connection: Connect,
    target_database: Callable[[str], None],
    sent: list[tuple[str, ...]],
) -> None:
    with closing(admin_connection(target_name())) as slow:
        slow.execute("BEGIN")
        slow.execute("CREATE TABLE late (id integer)")
        slow.execute("GRANT SELECT ON late TO target_reader")
        target_database("CREATE TABLE early (id integer)")
        assert _looked(watched_source, sent)
        slow.execute("COMMIT")
    assert _looked(watched_source, sent)
    assert "public.late" in stored(watched_source).chunks


def test_the_trigger_can_be_taken_away_and_its_absence_is_told(
    watched_source: DataSource, target_database: Callable[[str], None], sent: list[tuple[str, ...]]
) -> None:
    assert sources.test_connection(watched_source).startswith("The connection works (")
    target_database(said("ddl_trigger", "stock", "--remove", tenant="acme"))
    target_database("CREATE TABLE unseen (id integer)")
    assert not _looked(watched_source, sent)
    assert "the DDL trigger is not there" in sources.test_connection(watched_source)
    assert sync(watched_source.tenant_id, source_id=watched_source.id, actor="system:test").revision == 2


def test_only_postgresql_has_event_triggers(tenant: Tenant, new_sqlite_source: NewSource) -> None:
    new_sqlite_source(tenant)
    with pytest.raises(CommandError, match="has no such trigger"):
        call_command("ddl_trigger", "shop", tenant="acme")


def test_the_reader_is_quoted(tenant: Tenant, stock_source: DataSource) -> None:
    save_stock_source(tenant, username='a"; DROP')
    assert 'TO "a""; DROP";' in said("ddl_trigger", tenant="acme")


def test_the_beat_has_only_tasks_that_exist() -> None:
    app.loader.import_default_modules()
    scheduled = [entry["task"] for entry in app.conf.beat_schedule.values()]
    assert tasks.sync_due.name in scheduled
    assert [name for name in scheduled if name not in app.tasks] == []
    assert len(scheduled) == len(set(scheduled))
    assert app.conf.beat_schedule["schema_index.tasks.sync_due"]["schedule"] == tasks.BEAT_S
    found = {entry["task"].rsplit(".", 1)[-1]: entry["schedule"] for entry in app.conf.beat_schedule.values()}
    assert found == {
        "sync_due": 60.0,
        "close_runs_left_behind": 15.0,
        "resume_embedding": 1800.0,
        "measure_backlog": 60.0,
        "check_stale_queries": 1800.0,
        "tell_untried": 1800.0,
        "sweep_expired": 3600.0,
    }
