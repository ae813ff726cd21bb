"""Sets of questions that a tenant keeps, by the name under which they are evaluated."""

from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

from nl2sql.evaluation.question_set import MAX_QUESTIONS, EvaluationQuestion, QuestionSetInvalid
from nl2sql.models import QueryState, VerifiedQuery
from schema_index.models import JudgedQuestion
from tenants.context import tenant_transaction


class QuestionSource(Protocol):
    def questions(self, tenant_id: UUID, *, source: str) -> tuple[EvaluationQuestion, ...]:
        """Those about the source with slug `source`, all for an empty one; at most MAX_QUESTIONS."""
        ...


class JudgedQuestions:
    """Questions whose tables are known: they judge retrieval, and refusals where nothing answers them."""

    def questions(self, tenant_id: UUID, *, source: str) -> tuple[EvaluationQuestion, ...]:
        with tenant_transaction(tenant_id):
            rows = JudgedQuestion.objects.select_related("source").order_by("question", "id")
            if source:
                rows = rows.filter(source__slug=source)
            return tuple(
                EvaluationQuestion(
                    key=str(row.id),
                    question=row.question,
                    tables=tuple(row.tables),
                    source=row.source.slug,
                    is_answerable=bool(row.tables),
                )
                for row in rows[:MAX_QUESTIONS]
            )


class VerifiedQueries:
    """Questions whose statements people vouch for: the tenant's own gold."""

    def questions(self, tenant_id: UUID, *, source: str) -> tuple[EvaluationQuestion, ...]:
        with tenant_transaction(tenant_id):
            rows = VerifiedQuery.objects.filter(state=QueryState.VERIFIED, stale_at=None)
            rows = rows.select_related("source").order_by("question", "id")
            if source:
                rows = rows.filter(source__slug=source)
            return tuple(
                EvaluationQuestion(key=str(row.id), question=row.question, golds=(row.sql,), source=row.source.slug)
                for row in rows[:MAX_QUESTIONS]
            )


KEPT: dict[str, QuestionSource] = {"judged": JudgedQuestions(), "verified": VerifiedQueries()}
"""Other kinds of kept questions are added here under the name that `manage.py evaluate` takes."""


class NothingKept(QuestionSetInvalid):
    """The tenant keeps no question of this set: verify or judge some first."""


def kept_questions(name: str, *, tenant_id: UUID, source: str) -> tuple[EvaluationQuestion, ...]:
    """Raises QuestionSetInvalid where there is no such set, NothingKept where the tenant's is empty."""
    if name not in KEPT:
        raise QuestionSetInvalid(f'There is no set "{name}": give a file, or one of {", ".join(sorted(KEPT))}.')
    found = KEPT[name].questions(tenant_id, source=source)
    if not found:
        raise NothingKept(f'The set "{name}" holds no question{f" about {source}" if source else ""}.')
    return found


def evenly(questions: Sequence[EvaluationQuestion], *, limit: int | None) -> tuple[EvaluationQuestion, ...]:
    """At most `limit` of them, evenly spread."""
    if limit is None or not 0 < limit < len(questions):
        return tuple(questions)
    return tuple(questions[place * len(questions) // limit] for place in range(limit))
