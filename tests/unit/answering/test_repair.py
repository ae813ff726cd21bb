"""What the next attempt is told of the last."""

from nl2sql.answering.repair import MAX_HINTS, after_query_error, after_violations, is_repeated
from nl2sql.generation.base import Feedback
from nl2sql.validation.verdict import Violation
from schema_index.connectors.base import DataSourceError, QueryTooExpensive
from schema_index.schema import Column, DatabaseSchema, Table


def table(table_name: str, /, **columns: str) -> Table:
    return Table(
        schema="main",
        name=table_name,
        columns=tuple(Column(name=one, type=kind, kind="other") for one, kind in columns.items()),
    )


SCHEMA = DatabaseSchema.of(
    "sqlite",
    "main",
    [table("customers", id="INTEGER", name="TEXT", city="TEXT"), table("orders", id="INTEGER", total="NUMERIC")],
)


def test_every_broken_rule_is_told_with_what_to_write_instead_and_the_types_of_like_names() -> None:
    violations = [
        Violation(code="unknown_column", message='There is no column "nmae".', hint='Did you mean "name"?'),
        Violation(code="unknown_column", message='There is no column "total".', hint='Did you mean "name"?'),
        Violation(code="too_large", message="The statement is too large."),
    ]
    sql = "WITH big AS (SELECT nmae AS n, total FROM customers) SELECT n FROM big"

    assert after_violations(sql, violations, schema=SCHEMA) == Feedback(
        sql=sql,
        problem='There is no column "nmae".; There is no column "total".; The statement is too large.',
        hints=(
            'Did you mean "name"?',
            "Columns of a like name: main.orders.total NUMERIC, main.customers.name TEXT.",
        ),
    )


def test_an_unknown_table_is_told_by_the_closest_with_its_columns_and_their_types() -> None:
    feedback = after_violations("SELECT totl FROM main.order", [], schema=SCHEMA)

    assert feedback.hints == (
        "Tables of a like name: main.orders (id INTEGER, total NUMERIC).",
        "Columns of a like name: main.orders.total NUMERIC.",
    )


def test_of_what_is_no_statement_no_name_is_told() -> None:
    assert after_violations("I would (rather not", [], schema=SCHEMA).hints == ()


def test_a_flood_of_violations_is_cut() -> None:
    flood = [Violation(code="x", message=f"m{n}", hint=f"h{n}") for n in range(100)]

    feedback = after_violations("SELECT 1", flood, schema=SCHEMA)

    assert feedback.problem.split("; ") == [f"m{n}" for n in range(MAX_HINTS)]
    assert feedback.hints == tuple(f"h{n}" for n in range(MAX_HINTS))


def test_a_database_error_is_told_with_its_diagnostic_and_the_types_of_what_was_read() -> None:
    error = DataSourceError("The types differ.", sqlstate="42883", diagnostic="operator does not exist: text = …")

    assert after_query_error("SELECT 1", error, columns=["main.customers.city"], schema=SCHEMA) == Feedback(
        sql="SELECT 1",
        problem="The types differ.",
        hints=("operator does not exist: text = …", "The columns it reads: main.customers.city TEXT."),
    )


def test_without_a_diagnostic_and_columns_there_is_no_hint() -> None:
    assert after_query_error("SELECT 1/0", DataSourceError("It divides by zero."), schema=SCHEMA).hints == ()
    costly = QueryTooExpensive("Too much.", estimate=2, limit=1)
    assert after_query_error("SELECT 1", costly, columns=["main.orders.id"], schema=SCHEMA).hints == ()


def test_blanks_and_a_semicolon_make_no_other_draft() -> None:
    assert is_repeated("SELECT  1\n;", earlier=["SELECT 2", "SELECT 1"])
    assert not is_repeated("SELECT '1'", earlier=["SELECT 1"])
