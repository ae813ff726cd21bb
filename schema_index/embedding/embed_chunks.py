"""Turns pending chunks of a tenant into vectors. Safe to run twice, at once, or to be killed between any two lines."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.utils import timezone

from schema_index.embedding import claims
from schema_index.embedding.base import PROBE, Embedder, EmbeddingRejected, EmbeddingUnavailable, Vectors, of_space
from schema_index.embedding.batching import estimated_tokens
from schema_index.embedding.embed_texts import embed_texts
from schema_index.embedding.pace import EndpointBusy, hold_off, take_turn
from schema_index.indexing.chunks import pending
from schema_index.metrics import EMBEDDED, EMBEDDING_SECONDS
from schema_index.models import Chunk, EmbeddingFailure
from schema_index.vector_index.write import write_vectors
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError

MAX_CHUNKS_PER_CALL = 2_000
"""One task's bound; whoever asked for more asks again."""

MAX_FAILED_BATCHES = 2
"""Of one call: a text on which an endpoint breaks down holds up its own batch, and an endpoint that is down nobody."""

MAX_ROUNDS = 200
"""Of `embed_everything`: with as many chunks a call, more than any tenant has."""

MAX_WAIT_S = 5.0
"""Between two looks at what others are still embedding."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What one call did: vectors written, and what it met. What was done stays done."""

    stored: int
    problem: EmbeddingUnavailable | EmbeddingRejected | None = None


def embed_pending(tenant_id: UUID, *, embedder: Embedder, progress: Progress | None = None) -> int:
    """Embeds the tenant's pending chunks, as many as one call may, and returns how many vectors were written.

    Raises EmbeddingUnavailable, or EmbeddingRejected where every text would be refused; what was done stays done.
    """
    done = embed_round(tenant_id, embedder=embedder, progress=progress)
    if done.problem is not None:
        raise done.problem
    return done.stored


def embed_everything(tenant_id: UUID, *, embedder: Embedder, progress: Progress | None = None) -> int:
    """For commands, which end when the work is done: also waits for the endpoint's minute and for other workers.

    Raises as embed_pending does.
    """
    stored = 0
    for _ in range(MAX_ROUNDS):
        try:
            stored += embed_pending(tenant_id, embedder=embedder, progress=progress)
            wait_s = claims.seconds_until_free(tenant_id, embedder=embedder)
        except EndpointBusy as busy:
            wait_s = float(busy.details["retry_after"])
        if wait_s is None:
            break
        time.sleep(min(wait_s, MAX_WAIT_S))
    return stored


def embed_round(
    tenant_id: UUID, *, embedder: Embedder, max_items: int | None = None, progress: Progress | None = None
) -> Round:
    """One call's work, in batches of at most `max_items` (the embedder's own for None), that no one else holds.

    No transaction is open while the embedder works. A text that alone is refused keeps the reason, and the others go
    on; so they do after a batch that failed for now.
    """
    items = min(max_items or embedder.max_batch, embedder.max_batch)
    holder, failed = uuid4(), list[EmbeddingUnavailable]()
    skip, stored, seen = set[UUID](), 0, 0
    total = _count(tenant_id, embedder) if progress is not None else 0
    while seen < MAX_CHUNKS_PER_CALL and len(failed) < MAX_FAILED_BATCHES:
        with tenant_transaction(tenant_id):
            batch = claims.claim(embedder, holder=holder, max_items=items, skip=skip)
        if not batch:
            break
        stored_before = stored
        try:
            stored += _embed_batch(tenant_id, batch, embedder=embedder, holder=holder)
        except (EndpointBusy, EmbeddingRejected) as problem:
            return Round(stored=stored, problem=problem)
        except EmbeddingUnavailable as unavailable:
            hold_off(embedder.endpoint, seconds=float(unavailable.details.get("retry_after", 0)))
            failed.append(unavailable)
        finally:
            with tenant_transaction(tenant_id):
                claims.release(holder, batch=batch)
        if stored - stored_before < len(batch):
            # What failed, or changed meanwhile, is the next call's: this one comes to an end.
            skip.update(chunk.id for chunk in batch)
        seen += len(batch)
        if progress is not None:
            progress(min(seen, total), total)
    return Round(stored=stored, problem=failed[-1] if failed else None)


def _count(tenant_id: UUID, embedder: Embedder) -> int:
    with tenant_transaction(tenant_id):
        return pending(embedder)[:MAX_CHUNKS_PER_CALL].count()


def _embed_batch(tenant_id: UUID, batch: list[Chunk], *, embedder: Embedder, holder: UUID) -> int:
    try:
        vectors = _call(embedder, [chunk.text for chunk in batch])
    except EmbeddingRejected as error:
        if len(batch) > 1:
            # One text may be what the endpoint refuses: find it by halves, and do not lose the others.
            middle, stored = len(batch) // 2, 0
            for half in (batch[:middle], batch[middle:]):
                with tenant_transaction(tenant_id):
                    claims.extend(embedder, holder=holder)
                stored += _embed_batch(tenant_id, half, embedder=embedder, holder=holder)
            return stored
        # A wrong key or model refuses this one too, and raises: then no text is to blame.
        _call(embedder, [PROBE])
        _park(tenant_id, batch[0], embedder=embedder, error=error)
        return 0
    return _store(tenant_id, batch, vectors, embedder=embedder, holder=holder)


def _call(embedder: Embedder, texts: Sequence[str]) -> Vectors:
    time.sleep(take_turn(embedder.endpoint, tokens=sum(estimated_tokens(text) for text in texts)))
    return embed_texts(embedder, texts)


def _park(tenant_id: UUID, chunk: Chunk, *, embedder: Embedder, error: DomainError) -> None:
    with tenant_transaction(tenant_id):
        if Chunk.objects.select_for_update().filter(id=chunk.id, content_hash=chunk.content_hash).exists():
            reason = {"content_hash": chunk.content_hash, "reason": error.message}
            EmbeddingFailure.objects.update_or_create(
                tenant_id=tenant_id, chunk_id=chunk.id, **of_space(embedder), defaults=reason
            )


def _store(tenant_id: UUID, batch: list[Chunk], vectors: Vectors, *, embedder: Embedder, holder: UUID) -> int:
    """Writes vector, model and time together, only for chunks that still wait, with the text that was embedded, and
    that nobody has taken over.
    """
    with tenant_transaction(tenant_id):
        mine = claims.held(batch, holder=holder)
        waiting = pending(embedder).filter(id__in=mine)
        current = dict(waiting.select_for_update(of=("self",)).order_by("id").values_list("id", "content_hash"))
        places = [place for place, chunk in enumerate(batch) if current.get(chunk.id) == chunk.content_hash]
        written = [batch[place] for place in places]
        write_vectors(written, vectors[places], space=embedder)
        EmbeddingFailure.objects.filter(chunk__in=written, **of_space(embedder)).delete()
        claims.release(holder, batch=batch)
    now = timezone.now()
    EMBEDDED.labels(embedder.model).inc(len(written))
    for chunk in written:
        EMBEDDING_SECONDS.observe((now - chunk.updated_at).total_seconds())
    return len(written)
