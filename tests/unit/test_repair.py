"""What the next attempt is told of the last."""

from nl2sql.generation.base import Feedback
from nl2sql.repair import MAX_HINTS, after_query_error, after_violations
from nl2sql.validation.verdict import Violation
from schema_index.connectors.base import DataSourceError


def test_every_broken_rule_is_told_with_what_to_write_instead() -> None:
    violations = [
        Violation(code="unknown_column", message='There is no column "nmae".', hint='Did you mean "name"?'),
        Violation(code="too_large", message="The statement is too large."),
    ]

    assert after_violations("SELECT nmae", violations) == Feedback(
        sql="SELECT nmae",
        problem='There is no column "nmae".; The statement is too large.',
        hints=('Did you mean "name"?',),
    )


def test_a_flood_of_violations_is_cut() -> None:
    flood = [Violation(code="x", message=f"m{n}", hint=f"h{n}") for n in range(100)]

    feedback = after_violations("SELECT 1", flood)

    assert feedback.problem.split("; ") == [f"m{n}" for n in range(MAX_HINTS)]
    assert feedback.hints == tuple(f"h{n}" for n in range(MAX_HINTS))


def test_a_database_error_is_told_with_its_diagnostic_and_nothing_else() -> None:
    error = DataSourceError("A column does not exist.", sqlstate="42703", diagnostic="column … does not exist")

    assert after_query_error("SELECT nmae", error) == Feedback(
        sql="SELECT nmae", problem="A column does not exist.", hints=("column … does not exist",)
    )


def test_without_a_diagnostic_there_is_no_hint() -> None:
    assert after_query_error("SELECT 1/0", DataSourceError("It divides by zero.")).hints == ()
