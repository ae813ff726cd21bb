"""What a failed attempt teaches the next one. Pure."""

from collections.abc import Iterable, Sequence

from nl2sql.answering.real_names import closest_names, types_of
from nl2sql.generation.base import Feedback
from nl2sql.trust.check import Check
from nl2sql.validation.verdict import Violation
from schema_index.connectors.base import DataSourceError, QueryTooExpensive
from schema_index.schema import DatabaseSchema

MAX_HINTS = 4
"""Of the broken rules; names and types follow."""


def after_violations(sql: str, violations: Sequence[Violation], *, schema: DatabaseSchema) -> Feedback:
    """`schema` is what the asker may see."""
    first = violations[:MAX_HINTS]
    hints = (*dict.fromkeys(violation.hint for violation in first if violation.hint),)
    return Feedback(
        sql=sql,
        problem="; ".join(violation.message for violation in first),
        hints=(*hints, *closest_names(sql, schema=schema)),
    )


def after_query_error(
    sql: str, error: DataSourceError | QueryTooExpensive, *, columns: Iterable[str] = (), schema: DatabaseSchema
) -> Feedback:
    """The connector's `diagnostic` is the database's own words without any value from the data. `columns` are those
    that the statement reads."""
    if isinstance(error, QueryTooExpensive):
        return Feedback(sql=sql, problem=error.message)
    diagnostic = error.details.get("diagnostic")
    words = (str(diagnostic),) if diagnostic else ()
    return Feedback(sql=sql, problem=error.message, hints=(*words, *types_of(columns, schema=schema)))


def after_doubt(sql: str, check: Check) -> Feedback:
    return Feedback(sql=sql, problem=check.detail, hints=(check.repair,))


def is_repeated(sql: str, *, earlier: Iterable[str]) -> bool:
    """Whether the text was written before, whatever its blanks: what failed then would fail again."""
    return _plain(sql) in {_plain(one) for one in earlier}


def _plain(sql: str) -> str:
    return " ".join(sql.split()).rstrip("; ")
