"""Northlight's file: the same bytes each time, whole or not at all, and true to itself."""

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from nl2sql.demo.northlight.build import build, is_current

UNTIL = date(2026, 3, 1)


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("northlight") / "northlight.sqlite3"
    build(path, until=UNTIL, progress=lambda _: None)
    return path


@pytest.fixture
def database(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def _names(database: sqlite3.Connection, *, kind: str) -> list[str]:
    rows = database.execute("SELECT name FROM sqlite_schema WHERE type = ? ORDER BY name", [kind]).fetchall()
    return [name for (name,) in rows]


def _count(database: sqlite3.Connection, condition: str) -> int:
    return int(database.execute(f"SELECT count(*) FROM {condition}").fetchone()[0])


def test_two_builds_give_the_same_bytes(path: Path, tmp_path: Path) -> None:
    build(tmp_path / "again", until=UNTIL, progress=lambda _: None)
    first, second = (hashlib.sha256(file.read_bytes()).hexdigest() for file in (path, tmp_path / "again"))
    assert first == second
    assert [file.name for file in tmp_path.iterdir()] == ["again"]


def test_tables_views_and_rows(database: sqlite3.Connection) -> None:
    tables = _names(database, kind="table")
    rows = {table: _count(database, table) for table in tables}
    assert len(tables) == 14
    assert _names(database, kind="view") == ["monthly_recurring_revenue"]
    assert rows["accounts"] == 300
    assert min(rows.values()) >= 4
    assert 30_000 < sum(rows.values()) < 100_000


def test_every_table_is_tied_to_another_and_no_key_dangles(database: sqlite3.Connection) -> None:
    links = {
        table: database.execute(f"PRAGMA foreign_key_list({table})").fetchall()
        for table in _names(database, kind="table")
    }
    referred = {link[2] for table_links in links.values() for link in table_links}
    assert [table for table, found in links.items() if not found and table not in referred] == []
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []


def test_months_are_covered_and_nothing_happens_later(database: sqlite3.Connection) -> None:
    months = database.execute("SELECT month_start FROM monthly_recurring_revenue ORDER BY 1").fetchall()
    assert (len(months), months[0], months[-1]) == (24, ("2024-03-01",), ("2026-02-01",))
    for table, column in (
        ("usage_events", "occurred_at"),
        ("payments", "attempted_at"),
        ("ticket_messages", "sent_at"),
        ("support_tickets", "closed_at"),
        ("subscriptions", "ended_on"),
        ("invoices", "issued_on"),
    ):
        assert database.execute(f"SELECT max({column}) < ? FROM {table}", [UNTIL.isoformat()]).fetchone() == (1,)


def test_money_adds_up(database: sqlite3.Connection) -> None:
    lines = "(SELECT invoice_id, sum(line_amount) AS amount FROM invoice_lines GROUP BY invoice_id)"
    paid = "(SELECT invoice_id, sum(amount) AS amount FROM payments WHERE outcome = 'succeeded' GROUP BY invoice_id)"
    assert (
        _count(database, f"invoices LEFT JOIN {lines} AS l USING (invoice_id) WHERE total_amount IS NOT l.amount") == 0
    )
    assert _count(database, f"invoices JOIN {paid} AS p USING (invoice_id) WHERE total_amount <> p.amount") == 0
    assert (
        _count(database, f"invoices LEFT JOIN {paid} AS p USING (invoice_id) WHERE (status = 'paid') <> (p.amount > 0)")
        == 0
    )


def test_no_account_has_two_subscriptions_at_once(database: sqlite3.Connection) -> None:
    overlaps = """subscriptions AS a JOIN subscriptions AS b
        ON a.account_id = b.account_id AND a.subscription_id < b.subscription_id
        WHERE coalesce(a.ended_on, '9999') > b.started_on"""
    assert _count(database, overlaps) == 0
    assert _count(database, "subscriptions WHERE status = 'replaced'") > 20


def test_the_view_agrees_with_the_subscriptions(database: sqlite3.Connection) -> None:
    today = database.execute(
        "SELECT sum(monthly_amount) FROM subscriptions WHERE status IN ('active', 'past_due')"
    ).fetchone()
    last = database.execute(
        "SELECT recurring_revenue FROM monthly_recurring_revenue ORDER BY month_start DESC"
    ).fetchone()
    assert last == today


def test_a_build_is_recognised_by_month_and_file(path: Path, tmp_path: Path) -> None:
    text = tmp_path / "text"
    text.write_text("not a database, but long enough to be read as the header of one" * 20)
    assert is_current(path, until=UNTIL)
    assert not is_current(path, until=date(2026, 4, 1))
    assert not is_current(tmp_path / "missing", until=UNTIL)
    assert not is_current(text, until=UNTIL)


def test_a_failed_build_leaves_the_old_file_alone(path: Path, tmp_path: Path) -> None:
    target = tmp_path / "kept"
    target.write_bytes(b"old")
    with pytest.raises(ValueError, match="first day of a month"):
        build(target, until=date(2026, 3, 2), progress=lambda _: None)
    assert target.read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["kept"]
