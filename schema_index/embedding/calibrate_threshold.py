"""Sets a tenant's threshold from its judged questions, in the space that its questions are embedded in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings

from schema_index.embedding.base import Embedder, of_space
from schema_index.embedding.comparison import lost_questions, ranked
from schema_index.embedding.spaces import active_embedder, threshold_for, threshold_of
from schema_index.models import EmbeddingSpace, JudgedQuestion
from schema_index.retrieval.calibration import Calibrated, TooFew, at, calibrate
from schema_index.retrieval.nearest import nearest_tables
from tenants import audit
from tenants.context import tenant_transaction

MAX_QUESTIONS = 2_000
"""More would move no hundredth of the threshold."""

MAX_COMPARED = 500
"""Questions that are retrieved twice, a few hundredths of a second each, before a new threshold is stored."""

MAX_TABLES = 10_000
"""Of a source, to compare a question with: more than any schema that can be introspected whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """`before` is what the threshold in force did to the same questions, and `after` what the new one does.

    `broken` are questions whose tables retrieval finds with the old one and not with the new, which `is_refused` keeps
    from being stored (EVALUATION_GATE).
    """

    model: str
    questions: int
    tables: int
    before: Calibrated
    after: Calibrated | TooFew
    broken: tuple[str, ...] = ()
    is_refused: bool = False


def calibrate_threshold(
    tenant_id: UUID, *, source_id: UUID | None, actor: str, progress: Callable[[int, int], None] | None = None
) -> Calibration:
    """Judged questions of one source, or of all for None. Stores the threshold unless there are too few questions.

    Raises EmbeddingUnavailable or EmbeddingRejected; no transaction is open while the embedder works.
    """
    embedder = active_embedder(tenant_id)
    with tenant_transaction(tenant_id):
        judged = JudgedQuestion.objects.select_related("source").order_by("id")
        if source_id is not None:
            judged = judged.filter(source_id=source_id)
        questions = list(judged[:MAX_QUESTIONS])
    needed, strange = _similarities(tenant_id, questions, embedder, progress)
    with tenant_transaction(tenant_id):
        before = at(threshold_for(embedder), needed, strange)
    after = calibrate(needed, strange)
    broken: tuple[str, ...] = ()
    is_refused = False
    if isinstance(after, Calibrated):
        broken = _broken(tenant_id, questions, embedder, old=before.threshold, new=after.threshold)
        is_refused = bool(broken) and settings.ENVIRONMENT.evaluation_gate == "refuse"
        if not is_refused:
            with tenant_transaction(tenant_id):
                _store(embedder, after.threshold, actor=actor)
    return Calibration(
        model=embedder.model,
        questions=len(questions),
        tables=len(needed),
        before=before,
        after=after,
        broken=broken,
        is_refused=is_refused,
    )


def forget_threshold(tenant_id: UUID, *, actor: str) -> float:
    """Back to the model's own; returns it."""
    embedder = active_embedder(tenant_id)
    with tenant_transaction(tenant_id):
        _store(embedder, None, actor=actor)
    return threshold_of(embedder.model)


def _similarities(
    tenant_id: UUID,
    questions: list[JudgedQuestion],
    embedder: Embedder,
    progress: Callable[[int, int], None] | None,
) -> tuple[list[float], list[float]]:
    """Of every needed table to its question, and of the best table to each question that needs none.

    A needed table that the source does not hold, or that has no vector yet, is left out: no threshold would keep it.
    """
    needed: list[float] = []
    strange: list[float] = []
    vectors = embedder.embed([question.question for question in questions])
    for number, (question, vector) in enumerate(zip(questions, vectors, strict=True), start=1):
        with tenant_transaction(tenant_id):
            found = nearest_tables(vector, space=embedder, source_id=question.source_id, limit=MAX_TABLES)
        needed += [found[name] for name in question.tables if name in found]
        if not question.tables and found:
            strange.append(max(found.values()))
        if progress is not None:
            progress(number, len(questions))
    return needed, strange


def _broken(
    tenant_id: UUID, questions: Sequence[JudgedQuestion], embedder: Embedder, *, old: float, new: float
) -> tuple[str, ...]:
    """A threshold is one signal of several: what it no longer lets in may still come by its words and joins."""
    k = settings.ENVIRONMENT.retrieval_top_k
    judged = [question for question in questions if question.tables][:MAX_COMPARED]
    before, after = (ranked(tenant_id, judged, embedder=embedder, k=k, threshold=one) for one in (old, new))
    return lost_questions(before, after, k=k)


def _store(embedder: Embedder, threshold: float | None, *, actor: str) -> None:
    EmbeddingSpace.objects.filter(**of_space(embedder)).update(threshold=threshold)
    audit.record("threshold.calibrated", actor=actor, subject=embedder.model, threshold=threshold)
