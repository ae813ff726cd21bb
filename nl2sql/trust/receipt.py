"""What was checked about an answer and what was not, and the label that follows. Pure."""

from dataclasses import dataclass
from typing import Literal

from nl2sql.validation.verdict import Accepted
from schema_index.connectors.base import ResultSet

MAX_NAMES = 10

Outcome = Literal["passed", "failed", "undetermined"]
Label = Literal["verified", "checked", "unverified"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    name: str
    outcome: Outcome
    detail: str


def checks_of(
    *, every_word_placed: bool, result: ResultSet | None, accepted: Accepted | None = None
) -> tuple[Check, ...]:
    """The guard's checks always passed, or there would be no answer; they are listed so that a reader sees them."""
    checks = [
        Check(
            name="read_only",
            outcome="passed",
            detail=(
                "One query, proven from its syntax tree."
                if result is None
                else "One query, proven from its syntax tree and run in a read-only session that was rolled back."
            ),
        ),
        Check(name="allowed_data", outcome="passed", detail="Every table, column and function is on your allow-list."),
        Check(
            name="every_word_placed",
            outcome="passed" if every_word_placed else "undetermined",
            detail=(
                "Each word of the question has its place in the statement."
                if every_word_placed
                else "A language model wrote the statement: nobody has proven that it means your question."
            ),
        ),
    ]
    if accepted is not None and accepted.stated:
        checks.append(Check(name="policy", outcome="passed", detail=_policy(accepted)))
    if result is None:
        checks.append(Check(name="complete", outcome="undetermined", detail="The statement was not run."))
    else:
        checks += [_complete(result), _has_rows(result)]
    return tuple(checks)


def label_of(checks: tuple[Check, ...]) -> Label:
    """`checked` only when nothing failed and nothing was left open; `verified` is for people to give."""
    return "checked" if all(check.outcome == "passed" for check in checks) else "unverified"


def _policy(accepted: Accepted) -> str:
    """What the policy left out of this answer, for a reader who would otherwise take it for all there is."""
    parts = [f"rows of {_listed(accepted.limited_tables)} are limited"] if accepted.limited_tables else []
    parts += [f"values of {_listed(accepted.masked_columns)} are masked"] if accepted.masked_columns else []
    if accepted.aggregated_columns:
        parts.append(f"groups of few rows are left out wherever {_listed(accepted.aggregated_columns)} is read")
    return f"By policy, {'; '.join(parts) or 'values are masked'}."


def _listed(names: tuple[str, ...]) -> str:
    shown = ", ".join(names[:MAX_NAMES])
    return f"{shown}, …" if len(names) > MAX_NAMES else shown


def _complete(result: ResultSet) -> Check:
    if result.truncated:
        return Check(
            name="complete", outcome="failed", detail=f"The result was cut after {len(result.rows)} rows: more exist."
        )
    return Check(name="complete", outcome="passed", detail="Every row of the result is here.")


def _has_rows(result: ResultSet) -> Check:
    if result.rows:
        return Check(name="has_rows", outcome="passed", detail="The query found rows.")
    return Check(
        name="has_rows",
        outcome="undetermined",
        detail="The query found no row: there may be none, or a value it looks for may be spelled otherwise.",
    )
