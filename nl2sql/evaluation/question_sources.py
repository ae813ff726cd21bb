"""Sets of questions that a tenant keeps, by the name under which they are evaluated."""

from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from nl2sql.evaluation.question_set import MAX_QUESTIONS, EvaluationQuestion, QuestionSetInvalid
from nl2sql.models import QueryState, VerifiedQuery
from schema_index.models import JudgedQuestion
from tenants.context import tenant_transaction


def _judged(about: dict[str, str]) -> Iterator[EvaluationQuestion]:
    """Questions whose tables are known: they judge retrieval, and refusals where nothing answers them."""
    rows = JudgedQuestion.objects.filter(**about)
    for row in rows.select_related("source").order_by("question", "id")[:MAX_QUESTIONS]:
        yield EvaluationQuestion(
            key=str(row.id),
            question=row.question,
            tables=tuple(row.tables),
            source=row.source.slug,
            is_answerable=bool(row.tables),
        )


def _verified(about: dict[str, str]) -> Iterator[EvaluationQuestion]:
    """Questions whose statements people vouch for: the tenant's own gold."""
    rows = VerifiedQuery.objects.filter(state=QueryState.VERIFIED, stale_at=None, **about)
    for row in rows.select_related("source").order_by("question", "id")[:MAX_QUESTIONS]:
        yield EvaluationQuestion(key=str(row.id), question=row.question, golds=(row.sql,), source=row.source.slug)


KEPT: dict[str, Callable[[dict[str, str]], Iterator[EvaluationQuestion]]] = {"judged": _judged, "verified": _verified}
"""Other kinds of kept questions are added here under the name that `manage.py evaluate` takes. Each is told which rows
it is about, and needs an open scope."""


class NothingKept(QuestionSetInvalid):
    """The tenant keeps no question of this set: verify or judge some first."""

    code = "not_found"


def kept_questions(name: str, *, tenant_id: UUID, source: str) -> tuple[EvaluationQuestion, ...]:
    """Those about the source with slug `source`, all for an empty one. Raises QuestionSetInvalid where there is no such
    set, NothingKept where the tenant's is empty."""
    if name not in KEPT:
        raise QuestionSetInvalid(f'There is no set "{name}": give a file, or one of {", ".join(sorted(KEPT))}.')
    with tenant_transaction(tenant_id):
        found = tuple(KEPT[name]({"source__slug": source} if source else {}))
    if not found:
        raise NothingKept(f'The set "{name}" holds no question{f" about {source}" if source else ""}.')
    return found


def evenly(questions: Sequence[EvaluationQuestion], *, limit: int | None) -> tuple[EvaluationQuestion, ...]:
    """At most `limit` of them, evenly spread."""
    if limit is None or not 0 < limit < len(questions):
        return tuple(questions)
    return tuple(questions[place * len(questions) // limit] for place in range(limit))
