"""The same plan in each dialect; SQLite's is run."""

import sqlite3

import pytest

from nl2sql.generation.base import Draft
from schema_index.schema import Dialect
from tests.unit.composer.schemas import ask, retail, school


@pytest.mark.parametrize(
    ("dialect", "sql"),
    [
        ("postgres", 'SELECT "team"."name" FROM "team" ORDER BY "team"."points" DESC NULLS LAST LIMIT 1'),
        ("duckdb", 'SELECT "team"."name" FROM "team" ORDER BY "team"."points" DESC LIMIT 1'),
        ("sqlite", 'SELECT "team"."name" FROM "team" ORDER BY "team"."points" DESC LIMIT 1'),
        ("mysql", "SELECT `team`.`name` FROM `team` ORDER BY `team`.`points` DESC LIMIT 1"),
    ],
)
def test_null_is_never_the_greatest(dialect: Dialect, sql: str) -> None:
    answer = ask("Which team has the highest points?", school(dialect))
    assert isinstance(answer, Draft)
    assert answer.sql == sql


@pytest.mark.parametrize(
    ("dialect", "month"),
    [
        ("postgres", 'CAST(DATE_TRUNC(\'MONTH\', "orders"."ordered_at") AS DATE)'),
        ("duckdb", 'CAST(DATE_TRUNC(\'MONTH\', "orders"."ordered_at") AS DATE)'),
        ("sqlite", 'STRFTIME(\'%Y-%m\', "orders"."ordered_at")'),
        ("mysql", "DATE_FORMAT(`orders`.`ordered_at`, '%Y-%m')"),
    ],
)
def test_months(dialect: Dialect, month: str) -> None:
    answer = ask("How many orders were placed per month?", retail(dialect))
    assert isinstance(answer, Draft)
    quote = "`" if dialect == "mysql" else '"'
    names = f"{quote}month{quote}, COUNT(*) AS {quote}number_of_orders{quote}"
    assert answer.sql.startswith(f"SELECT {month} AS {names} FROM ")


@pytest.mark.parametrize(
    ("question", "rows"),
    [
        ("Which students have pets?", [("Ana",)]),
        ("List the names of students who do not have pets.", [("Bo",), ("Cy",)]),
        ("Who is the oldest student?", [("Cy",)]),
        ("What is the average age of students?", [(21.0,)]),
        ("Show each major and the number of students.", [("Art", 1), ("History", 2)]),
        ("Show the names of students whose age is greater than the average.", [("Cy",)]),
        ('Find the weight of the pet named "Rex".', [(4.5,)]),
    ],
)
def test_sqlite_runs_it(question: str, rows: list[tuple[object, ...]]) -> None:
    database = sqlite3.connect(":memory:")
    database.executescript(
        """
        CREATE TABLE student (id, name, age, home_city, major, gpa);
        CREATE TABLE pet (id, name, weight_kg, owner_id);
        INSERT INTO student VALUES (1, 'Ana', 20, 'Lima', 'History', 3.1), (2, 'Bo', 19, 'Oslo', 'History', NULL),
                                   (3, 'Cy', 24, 'Lima', 'Art', 2.0);
        INSERT INTO pet VALUES (1, 'Rex', 4.5, 1), (2, 'Tom', 3.0, 1);
        """
    )
    answer = ask(question, school("sqlite"))
    assert isinstance(answer, Draft)
    assert sorted(database.execute(answer.sql).fetchall()) == rows
    database.close()
