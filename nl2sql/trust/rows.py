"""Whether the result is all there is, and why it may be nothing. Pure."""

from collections.abc import Sequence

from nl2sql.trust.check import Check, failed, listed, passed, undetermined
from schema_index.connectors.base import ResultSet


def complete(result: ResultSet) -> Check:
    if result.truncated:
        return failed("complete", f"The result was cut after {len(result.rows)} rows: more exist.")
    return passed("complete", "Every row of the result is here.")


def has_rows(result: ResultSet, *, limited_tables: tuple[str, ...] = (), others: Sequence[Check] = ()) -> Check:
    """`others` are checks that may have found why nothing is there."""
    if result.rows and not _is_nothing(result):
        return passed("has_rows", "The query found rows.")
    cause = next((one for one in others if one.outcome == "failed" and one.name in ("literals", "date_span")), None)
    if cause is not None:
        return undetermined("has_rows", f"The query found no row. {cause.detail}")
    if limited_tables:
        return undetermined(
            "has_rows",
            f"The query found no row that you may see: by policy, rows of {listed(limited_tables)} are limited.",
        )
    looked = next((one for one in others if one.name == "literals"), None)
    if looked is not None and looked.outcome == "passed":
        return undetermined(
            "has_rows", "The query found no row, though every value it looks for exists: there is no such data."
        )
    return undetermined(
        "has_rows", "The query found no row: there may be none, or a value it looks for may be spelled otherwise."
    )


def _is_nothing(result: ResultSet) -> bool:
    """One row of an aggregate over no rows: a count of 0, a sum of nothing."""
    return len(result.rows) == 1 and all(value is None or (value == 0 and len(result.rows[0]) == 1)
                                         for value in result.rows[0])  # fmt: skip
