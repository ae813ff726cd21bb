"""Several statements for a hard question: which questions are hard, how the statements differ, which one wins. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from nl2sql.evaluation.same_result import same_result
from nl2sql.events import Answered
from nl2sql.execution.results import json_rows
from nl2sql.generation.base import Draft
from nl2sql.trust import second_opinion
from nl2sql.validation.verdict import Accepted
from schema_index.connectors.base import ResultSet
from schema_index.retrieval.types import TableHit

APPROACHES = (
    "Plan first: name the tables, the joins between them and what one row of the result stands for; then write.",
    "Start from the table whose rows the question counts or lists; test conditions on others with EXISTS.",
    "Write one WITH step for each part of the question, and join the steps at the end.",
    "Go through the question word by word: each must have its place in the statement, and nothing else has one.",
)
"""What is added to the prompt of each further candidate: the same prompt would mostly give the same mistake."""

HARD_TABLES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    draft: Draft
    accepted: Accepted
    result: ResultSet


def is_hard(answered: Answered, *, tables: Sequence[TableHit]) -> bool:
    """Three tables or more are read, the composer finds other rows, or no table was found by its meaning."""
    doubted = any(check.name == second_opinion.NAME and check.outcome != "passed" for check in answered.checks)
    return len(answered.accepted.tables) >= HARD_TABLES or doubted or all(hit.similarity is None for hit in tables)


def groups_of(candidates: Sequence[Candidate]) -> tuple[tuple[Candidate, ...], ...]:
    """Those that found the same rows together, groups and members in the order of writing."""
    groups: list[list[Candidate]] = []
    for candidate in candidates:
        group = next((one for one in groups if _agree(one[0], candidate)), None)
        if group is None:
            groups.append([candidate])
        else:
            group.append(candidate)
    return tuple(map(tuple, groups))


def _agree(one: Candidate, other: Candidate) -> bool:
    """Of rows that were cut, nothing can be said."""
    if one.accepted.sql == other.accepted.sql:
        return True
    if one.result.truncated or other.result.truncated:
        return False
    return same_result(json_rows(one.result), json_rows(other.result), ordered=False)
