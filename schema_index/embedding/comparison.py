"""Whether a new embedding space finds what the old one finds, on the tenant's own judged questions."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import numpy as np

from schema_index.catalogue import indexed_catalogue
from schema_index.embedding.base import Embedder, Vectors
from schema_index.models import JudgedQuestion
from schema_index.retrieval.quality import Ranked, full_at, is_full
from schema_index.retrieval.retrieve import retrieve
from schema_index.sources import DataSourceNotSynced
from tenants.context import tenant_transaction

SHOWN = 5

MAX_QUESTIONS = 500
"""One request of an endpoint; more would move the share by less than it varies anyway."""


Found = tuple[JudgedQuestion, Ranked]


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """full@k of both spaces, 0 to 1, over `questions` judged ones, of which the new one finds those `lost` no more."""

    questions: int
    k: int
    old: float
    new: float
    lost: tuple[str, ...] = ()

    def is_worse(self, *, max_loss: float) -> bool:
        # Rounded, so that a loss of exactly what is allowed is allowed.
        return round(self.old - self.new, 9) > max_loss

    def __str__(self) -> str:
        loses = f"; loses {'; '.join(self.lost[:SHOWN])}" if self.lost else ""
        return f"full@{self.k} of {self.questions} judged questions: {self.old:.3f} before, {self.new:.3f} now{loses}"


def compare(tenant_id: UUID, *, old: Embedder, new: Embedder, k: int) -> Comparison | None:
    """None where the tenant has no judged question that needs a table. Raises EmbeddingUnavailable or -Rejected."""
    with tenant_transaction(tenant_id):
        synced = JudgedQuestion.objects.select_related("source").exclude(source__snapshot=None)
        judged = list(synced.exclude(tables=[]).order_by("id")[:MAX_QUESTIONS])
    if not judged:
        return None
    before, after = (ranked(tenant_id, judged, embedder=one, k=k) for one in (old, new))
    lost = lost_questions(before, after, k=k)
    was, now = (full_at((found for _, found in side), k=k) for side in (before, after))
    return Comparison(questions=len(judged), k=k, old=was, new=now, lost=lost)


def ranked(
    tenant_id: UUID,
    judged: Sequence[JudgedQuestion],
    *,
    embedder: Embedder,
    k: int,
    threshold: float | None = None,
) -> list[Found]:
    """What retrieval finds for each question whose source is synced, the others left out; with the tenant's own
    threshold, or another that is tried. Raises EmbeddingUnavailable or -Rejected."""
    known = _Known(embedder, [one.question for one in judged])
    found: list[Found] = []
    for one in judged:
        try:
            catalogue = indexed_catalogue(one.source)
        except DataSourceNotSynced:
            continue
        hits = retrieve(
            one.question,
            tenant_id=tenant_id,
            source_id=one.source_id,
            catalogue=catalogue,
            embedder=known,
            top_k=k,
            threshold=threshold,
        ).tables
        found.append((one, Ranked(ranking=[hit.qualified_name for hit in hits], needed=one.tables)))
    return found


def lost_questions(before: Sequence[Found], after: Sequence[Found], *, k: int) -> tuple[str, ...]:
    """Whose tables were all found before, and are not any more."""
    return tuple(
        question.question
        for (question, was), (_, now) in zip(before, after, strict=True)
        if is_full(was, k=k) and not is_full(now, k=k)
    )


class _Known:
    """An embedder that was asked for all its texts at once."""

    def __init__(self, embedder: Embedder, texts: Sequence[str]) -> None:
        self.model = embedder.model
        self.dimension = embedder.dimension
        self.max_batch = embedder.max_batch
        self.max_batch_tokens = embedder.max_batch_tokens
        self.max_seconds = embedder.max_seconds
        self.endpoint = embedder.endpoint
        self._vectors = dict(zip(texts, embedder.embed(texts), strict=True))

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.stack([self._vectors[text] for text in texts])
