"""What only MySQL and MariaDB can do wrong: how they read a text, what ends a transaction, what a server may prefer."""

import time
from contextlib import closing
from datetime import date, datetime
from datetime import time as clock
from decimal import Decimal
from pathlib import Path

import pytest

from schema_index.connectors.base import (
    DataSourceError,
    QueryTimeout,
    ResultColumn,
    ResultTooLarge,
)
from schema_index.schema import ColumnKind
from tenants.attributes import AttributeValue
from tests.connectors.conftest import Target
from tests.mariadb import PASSWORD, MariadbServer

NUMBERS = "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r WHERE i < {}) SELECT COUNT(*) FROM r"

JOURNAL = """
CREATE TABLE journal (id integer PRIMARY KEY, code text, mood ENUM('happy', 'sad'), seen timestamp NULL);
INSERT INTO journal VALUES (1, 'x1', 'sad', NULL);
CREATE TABLE plain (id integer) ENGINE = MyISAM;
CREATE SEQUENCE counter;
CREATE FUNCTION writes() RETURNS integer BEGIN INSERT INTO plain VALUES (7); RETURN 1; END;
CREATE FUNCTION fails() RETURNS integer BEGIN SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'leaks x1'; RETURN 1; END;
"""


@pytest.fixture(scope="module")
def journal(mariadb_server: MariadbServer) -> Target:
    return Target("mysql", mariadb_server.create_database("journal", JOURNAL))


@pytest.mark.parametrize(
    ("expression", "value", "kind"),
    [
        ("2", 2, "integer"),
        ("CAST(1.50 AS DECIMAL(5, 2))", Decimal("1.50"), "number"),
        ("1e0", 1.0, "number"),
        ("1 = 1", 1, "integer"),
        ("b'101'", b"\x05", "binary"),
        ("DATE '2024-02-29'", date(2024, 2, 29), "date"),
        ("CAST('0000-00-00' AS DATE)", "0000-00-00", "date"),
        ("TIMESTAMP '2024-02-29 10:20:30.5'", datetime(2024, 2, 29, 10, 20, 30, 500_000), "timestamp"),  # noqa: DTZ001
        ("CAST('10:20:30' AS TIME)", clock(10, 20, 30), "time"),
        ("CAST('-100:20:30' AS TIME)", "-100:20:30", "time"),
        ("x'00ff'", b"\x00\xff", "binary"),
        ("'☕'", "☕", "text"),
        ("(SELECT mood FROM journal)", "sad", "text"),
        ("POINT(1, 2)", b"\x00\x00\x00\x00\x01\x01" + b"\x00" * 9 + b"\xf0?" + b"\x00" * 7 + b"@", "other"),
        ("NULL", None, "other"),
        ("CAST(1 AS UNSIGNED) - 2", -1, "integer"),
        ("1 / 0", None, "number"),
        ("'a' || 'b'", 0, "integer"),
        ("NOT 5 BETWEEN 1 AND 2", 1, "integer"),
        (r"'a\\b'", "a\\b", "text"),
        ('"text"', "text", "text"),
        ("LENGTH(GROUP_CONCAT(REPEAT('x', 5000)))", 5000, "integer"),
        (f"({NUMBERS.format(5000)})", 5000, "integer"),
    ],
)
def test_values_arrive_as_python_and_texts_mean_what_the_guard_reads(
    journal: Target, expression: str, value: object, kind: ColumnKind
) -> None:
    result = journal.read(f"SELECT {expression} AS v")

    assert (result.rows, result.columns) == (((value,),), (ResultColumn(name="v", kind=kind),))


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT writes()",
        "SELECT NEXTVAL(counter)",
        "SELECT SETVAL(counter, 100)",
        "SELECT id FROM journal FOR UPDATE",
        "SELECT id FROM journal INTO OUTFILE '{file}'",
        "SELECT id FROM journal INTO DUMPFILE '{file}'",
        "(SELECT 1) UNION SELECT 2 INTO OUTFILE '{file}'",
        "SELECT id FROM journal INTO @a",
        "INSERT INTO plain VALUES (7)",
        "INSERT INTO plain VALUES (7) RETURNING id",
        "CREATE TEMPORARY TABLE stolen (a integer)",
        "LOAD DATA LOCAL INFILE '/etc/passwd' INTO TABLE plain",
        "SET autocommit = 1",
        "SET SESSION TRANSACTION READ WRITE",
        "START TRANSACTION READ WRITE",
        "SET GLOBAL max_connections = 7",
        "SET STATEMENT max_statement_time = 0 FOR SELECT 1",
        "LOCK TABLES journal WRITE",
        "CALL writes()",
        "DO SLEEP(1)",
        "PREPARE p FROM 'DELETE FROM journal'",
        "EXECUTE IMMEDIATE 'DELETE FROM journal'",
        "BEGIN NOT ATOMIC DELETE FROM journal; SELECT 1; END",
        "HANDLER journal OPEN",
        "ANALYZE TABLE journal",
        "OPTIMIZE TABLE plain",
        "ANALYZE FORMAT=JSON DELETE FROM journal",
        "EXPLAIN DELETE FROM journal",
        "SELECT id FROM journal WHERE id = ?",
        "FLUSH TABLES",
        "KILL 1",
        "SHUTDOWN",
    ],
)
def test_the_session_refuses_whatever_is_not_a_plain_read(
    journal: Target, mariadb_server: MariadbServer, tmp_path: Path, sql: str
) -> None:

    with pytest.raises(DataSourceError):
        journal.read(sql.format(file=tmp_path / "stolen"))

    left = "SELECT (SELECT COUNT(*) FROM plain), (SELECT COUNT(*) FROM journal), NEXTVAL(counter) < 100"
    assert mariadb_server.run(left, database="journal") == [(0, 1, 1)]
    assert list(tmp_path.iterdir()) == []


def test_a_plan_is_asked_for_without_running(journal: Target) -> None:
    result = journal.read("EXPLAIN SELECT `j`.`id` FROM `journal` AS `j`")

    assert len(result.rows) == 1


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT /*+ MAX_EXECUTION_TIME(0) */ SLEEP(30)",
        "SELECT COUNT(*) FROM journal a JOIN seq_1_to_100000 b JOIN seq_1_to_100000 c WHERE b.seq + c.seq = -a.id",
    ],
)
def test_the_deadline_holds_without_the_servers_own(journal: Target, monkeypatch: pytest.MonkeyPatch, sql: str) -> None:
    monkeypatch.setattr("schema_index.connectors.mysql_session._MARIADB_SETTINGS", "SET @nothing = 1")
    started = time.monotonic()

    with pytest.raises(QueryTimeout):
        journal.read(sql, deadline_ms=200)

    assert time.monotonic() - started < 3


def test_a_server_that_does_not_hear_is_left_after_the_grace(
    journal: Target, mariadb_server: MariadbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schema_index.connectors.mysql_session._MARIADB_SETTINGS", "SET @nothing = 1")
    monkeypatch.setattr("schema_index.connectors.mysql_session._kill", lambda *_, **__: None)
    elsewhere = journal.with_config(database="test_of_silence")
    mariadb_server.run("CREATE DATABASE test_of_silence")
    started = time.monotonic()

    with pytest.raises(QueryTimeout):
        elsewhere.read("SELECT SLEEP(4)", deadline_ms=100)

    assert 1.0 < time.monotonic() - started < 3.5


def test_one_huge_row_is_refused_before_it_is_held(journal: Target) -> None:
    with pytest.raises(ResultTooLarge):
        journal.read("SELECT REPEAT('x', 3000000)")


def test_the_session_is_pinned_whatever_the_server_prefers(journal: Target, mariadb_server: MariadbServer) -> None:
    mariadb_server.run(
        "SET GLOBAL sql_mode = 'ANSI,NO_BACKSLASH_ESCAPES,HIGH_NOT_PRECEDENCE', GLOBAL group_concat_max_len = 10,"
        " GLOBAL sql_auto_is_null = 1, GLOBAL sql_select_limit = 1, GLOBAL local_infile = 1"
    )
    try:
        (row,) = (
            journal.with_config(time_zone="Asia/Kathmandu")
            .read(
                """
            SELECT "a", '\\\\', NOT 5 BETWEEN 1 AND 2, GROUP_CONCAT(REPEAT('x', 20)), CURRENT_USER() <> '',
                   TIMEDIFF(NOW(), UTC_TIMESTAMP()), (SELECT COUNT(*) FROM seq_1_to_3)
            """,
            )
            .rows
        )
    finally:
        mariadb_server.run(
            "SET GLOBAL sql_mode = DEFAULT, GLOBAL group_concat_max_len = DEFAULT, GLOBAL sql_auto_is_null = DEFAULT,"
            " GLOBAL sql_select_limit = DEFAULT"
        )

    # The server's time zone tables are empty: the zone of today stands in.
    assert row == ("a", "\\", 1, "x" * 20, 1, clock(5, 45), 3)


def test_nothing_of_a_session_survives_it(journal: Target, mariadb_server: MariadbServer) -> None:
    journal.read("SELECT GET_LOCK('left', 0), 7 + 0 * LAST_INSERT_ID(7)")
    journal.read("SELECT a.seq FROM seq_1_to_10000000 a")
    with pytest.raises(QueryTimeout):
        journal.read("SELECT SLEEP(30)", deadline_ms=200)

    assert journal.read("SELECT IS_FREE_LOCK('left'), LAST_INSERT_ID()").rows == ((1, 0),)
    deadline = time.monotonic() + 2
    query = "SELECT INFO FROM information_schema.PROCESSLIST WHERE DB = 'journal'"
    while (left := mariadb_server.run(query)) and time.monotonic() < deadline:
        pass
    assert left == []


@pytest.mark.parametrize(
    ("sql", "code", "message", "diagnostic"),
    [
        (
            *("SELECT nope FROM journal", "1054", "A column the statement names does not exist."),
            "Unknown column 'nope' in 'SELECT'",
        ),
        (
            *("SELECT id FROM nowhere", "1146", "A table the statement names does not exist."),
            "Table '….nowhere' doesn't exist",
        ),
        (
            "SELECT code, COUNT(*) FROM journal",
            "1140",
            "Grouping is wrong: a selected column is neither grouped nor aggregated, or an aggregate is misplaced.",
            "… of GROUP columns (MIN(),MAX(),COUNT(),...) with no GROUP columns is … if there is no GROUP BY clause",
        ),
        (
            "SELECT (SELECT seq FROM seq_1_to_2)",
            "1242",
            "A subquery used as one value returned more than one row.",
            None,
        ),
        ("SELECT fails()", "1644", "A function in the target database refused to run.", None),
        (
            "SELECT EXP(code + 10000) FROM journal",
            "1690",
            "A number in the statement's result is out of its type's range.",
            None,
        ),
    ],
)
def test_errors_say_what_happened_and_carry_no_row(
    journal: Target, sql: str, code: str, message: str, diagnostic: str | None
) -> None:
    with pytest.raises(DataSourceError) as caught:
        journal.read(sql)

    details = dict(caught.value.details)
    assert (caught.value.message, details.pop("engine_code"), details.get("diagnostic")) == (message, code, diagnostic)
    assert "x1" not in repr(details)


def test_a_missing_permission_is_said_without_names(mariadb_server: MariadbServer, journal: Target) -> None:
    mariadb_server.run("GRANT SELECT (id) ON journal.journal TO reader")
    config = journal.with_config(username="reader")

    with pytest.raises(DataSourceError) as caught:
        config.read("SELECT code FROM journal")

    assert caught.value.message == "The data source's user has no permission for something the statement names."
    assert "reader" not in repr(caught.value.details)


def test_rights_beyond_reading_are_named(journal: Target, mariadb_server: MariadbServer) -> None:
    with closing(mariadb_server.admin("journal")) as admin, admin.cursor() as cursor:
        cursor.execute(
            f"CREATE USER careful@'%' IDENTIFIED BY '{PASSWORD}'; GRANT SELECT ON journal.plain TO careful@'%'"
        )
    careful = journal.with_config(username="careful").connector
    assert careful.excess_rights() == ()
    rights = journal.connector.excess_rights()
    assert len(rights) == 1
    assert rights[0].startswith("may alter, ")
    assert rights[0].endswith(" more on every database")


def test_the_session_tells_the_database_who_asks(journal: Target) -> None:
    attributes: dict[str, AttributeValue] = {"region": "it's \\ EU", "teams": ("a", 7)}
    known = journal.with_config(session_settings=attributes)
    asked = "SELECT @querent_region, JSON_CONTAINS(@querent_teams, '7'), @querent_other"
    assert known.read(asked).rows == (("it's \\ EU", 1, None),)
