"""What was checked about an answer and what was not, the label that follows, and what the answer rests on. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from nl2sql.generation.base import Vouched
from nl2sql.trust.agreement import OtherStatement
from nl2sql.trust.check import Check, listed, passed, undetermined
from nl2sql.trust.facts import Facts
from nl2sql.trust.filters_in_words import filters_in_words
from nl2sql.trust.registry import REGISTRY
from nl2sql.trust.rows import complete, has_rows
from nl2sql.validation.verdict import Accepted
from schema_index.access.column_access import LIMITS
from schema_index.connectors.base import ResultSet
from schema_index.retrieval.types import KnowledgeHit

VERIFIED = "verified_query"

Label = Literal["verified", "checked", "unverified"]


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUp:
    """`of` is the run that was continued; `difference` says in words how its statement was changed."""

    of: str
    difference: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """`not_done` names each check that had nothing to look at, with what was missing. `definitions` are texts that the
    writer of the statement says it used, (kind, title). `verified_by` is empty as long as no person vouches for it."""

    tables: tuple[str, ...]
    columns: tuple[str, ...]
    filters: tuple[str, ...] = ()
    definitions: tuple[tuple[str, str], ...] = ()
    not_done: tuple[tuple[str, str], ...] = ()
    catalogue_revision: int | None = None
    synced_at: datetime | None = None
    verified_by: str = ""
    follow_up: FollowUp | None = None
    cached: bool = False
    """The statement was written when somebody asked the same in the same state, and was proven and run again."""
    edited: bool = False
    """The asker wrote or changed the statement."""
    others: tuple[OtherStatement, ...] = ()
    """Further statements that were written for a hard question, in the order of writing."""


def checks_of(
    *,
    every_word_placed: bool,
    result: ResultSet | None,
    accepted: Accepted | None = None,
    facts: Facts | None = None,
    vouched: Vouched | None = None,
) -> tuple[Check, ...]:
    """The guard's checks always passed, or there would be no answer; they are listed so that a reader sees them."""
    checks = [
        passed(
            "read_only",
            "One query, proven from its syntax tree."
            if result is None
            else "One query, proven from its syntax tree and run in a read-only session that was rolled back.",
        ),
        passed("allowed_data", "Every table, column and function is on your allow-list."),
        _every_word_placed(every_word_placed, facts),
    ]
    if vouched is not None:
        checks.append(_verified(vouched))
    if accepted is not None and accepted.stated:
        checks.append(passed("policy", _policy(accepted)))
    if facts is not None:
        checks += [check for one in REGISTRY if (check := one.run(facts)) is not None]
    if result is None:
        checks.append(undetermined("complete", "The statement was not run."))
    else:
        limited = accepted.limited_tables if accepted is not None else ()
        checks += [complete(result), has_rows(result, limited_tables=limited, others=checks)]
    return tuple(checks)


def label_of(checks: Sequence[Check]) -> Label:
    """`verified` is for people to give, and lost where a check failed; `checked` only when nothing failed and nothing
    was left open."""
    outcomes = {check.name: check.outcome for check in checks}
    if outcomes.get(VERIFIED) == "passed" and "failed" not in outcomes.values():
        return "verified"
    return "checked" if all(check.outcome == "passed" for check in checks) else "unverified"


def _verified(vouched: Vouched) -> Check:
    return passed(VERIFIED, f"{vouched.by} verified the statement for this question on {vouched.on}.")


def receipt_of(
    accepted: Accepted,
    *,
    facts: Facts,
    checks: Sequence[Check],
    definitions: Sequence[KnowledgeHit],
    catalogue_revision: int | None,
    synced_at: datetime | None,
    verified_by: str = "",
    follow_up: FollowUp | None = None,
    edited: bool = False,
) -> Receipt:
    done = {check.name for check in checks}
    return Receipt(
        tables=accepted.tables,
        columns=accepted.columns,
        filters=filters_in_words(facts.statement),
        definitions=tuple((hit.kind, hit.title) for hit in definitions),
        not_done=tuple((one.name, one.otherwise) for one in REGISTRY if one.name not in done),
        catalogue_revision=catalogue_revision,
        synced_at=synced_at,
        verified_by=verified_by,
        follow_up=follow_up,
        edited=edited,
    )


def _every_word_placed(every_word_placed: bool, facts: Facts | None) -> Check:
    if every_word_placed:
        return passed("every_word_placed", "Each word of the question has its place in the statement.")
    if facts is not None and facts.second is not None and facts.second.agreement == "agrees":
        return passed(
            "every_word_placed",
            "A language model wrote the statement; one in which each word of the question has its place finds the "
            "same rows.",
        )
    return undetermined(
        "every_word_placed", "A language model wrote the statement: nobody has proven that it means your question."
    )


def _policy(accepted: Accepted) -> str:
    """What the policy left out of this answer, for a reader who would otherwise take it for all there is."""
    parts = [f"rows of {listed(accepted.limited_tables)} are limited"] if accepted.limited_tables else []
    for word, limit in LIMITS.items():
        if columns := tuple(name for name, said in accepted.limited_columns.items() if said == word):
            parts.append(limit.of_answers.format(listed(columns)))
    return f"By policy, {'; '.join(parts) or 'values are masked'}."
