"""Keeps the words of chunks, and how common words are among a tenant's texts."""

from collections import Counter
from collections.abc import Sequence

from pgvector import SparseVector

from schema_index.models import Chunk, ChunkWords, WordFrequencies
from schema_index.retrieval.keyword_weights import DIMENSIONS, text_weights
from tenants.context import current_tenant_id

SAMPLE = 5_000
"""Chunks that are counted: a word in one of a hundred texts is then counted within a few percent."""

MAX_COUNTED_WORDS = 2_000
"""The most common ones. All others are taken as equally rare, which they nearly are."""

REFRESH_AT_CHANGE = 0.2
BATCH = 500


def write_words(chunks: Sequence[Chunk]) -> None:
    """In place of the chunks' old words. Needs an open scope; one statement for each 500 chunks."""
    ChunkWords.objects.bulk_create(
        [
            ChunkWords(
                tenant_id=chunk.tenant_id,
                chunk_id=chunk.id,
                source_id=chunk.source_id,
                kind=chunk.kind,
                words=SparseVector(text_weights(f"{chunk.title}\n{chunk.text}"), DIMENSIONS),
            )
            for chunk in chunks
        ],
        batch_size=BATCH,
        update_conflicts=True,
        unique_fields=["tenant", "chunk"],
        update_fields=["words"],
    )


def refresh_frequencies() -> bool:
    """Counts again where the number of chunks changed by a fifth. Needs an open scope. Whether it counted."""
    chunks = ChunkWords.objects.count()
    known = WordFrequencies.objects.first()
    if known is not None and abs(chunks - known.chunks) <= REFRESH_AT_CHANGE * known.chunks:
        return False
    # Ids are random, so that the first ones are a sample.
    sample = list(ChunkWords.objects.order_by("id").values_list("words", flat=True)[:SAMPLE])
    counts = Counter(dimension for words in sample for dimension in words.indices())
    WordFrequencies.objects.update_or_create(
        tenant_id=current_tenant_id(),
        defaults={
            "chunks": chunks,
            "sampled": len(sample),
            "counts": {str(word): count for word, count in counts.most_common(MAX_COUNTED_WORDS) if count > 1},
        },
    )
    return True
