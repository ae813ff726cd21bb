"""What a failed attempt teaches the next one. Pure."""

from collections.abc import Sequence

from nl2sql.generation.base import Feedback
from nl2sql.trust.receipt import Check
from nl2sql.validation.verdict import Violation
from schema_index.connectors.base import DataSourceError, QueryTooExpensive

MAX_HINTS = 5


def after_violations(sql: str, violations: Sequence[Violation]) -> Feedback:
    first = violations[:MAX_HINTS]
    return Feedback(
        sql=sql,
        problem="; ".join(violation.message for violation in first),
        hints=tuple(violation.hint for violation in first if violation.hint),
    )


def after_query_error(sql: str, error: DataSourceError | QueryTooExpensive) -> Feedback:
    """The connector's `diagnostic` is the database's own words without any value from the data."""
    diagnostic = error.details.get("diagnostic")
    return Feedback(sql=sql, problem=error.message, hints=(str(diagnostic),) if diagnostic else ())


def after_doubt(sql: str, check: Check) -> Feedback:
    return Feedback(sql=sql, problem=check.detail, hints=(check.repair,))
