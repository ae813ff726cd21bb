"""The words of chunks, weighted, as sparse vectors; and how common words are in a tenant's texts.

The embedded server has no trigram index, and row-level security keeps PostgreSQL from using a full-text index, because
the operator `@@` is not leakproof. A scan of the tenant's sparse vectors needs no index at all.
"""

from django.db import models
from pgvector.django import SparseVectorField

from schema_index.models.chunk import Chunk
from tenants.models import Tenant, TenantOwned


class ChunkWords(TenantOwned):
    # The unique key begins with the tenant, and a second index on it would only slow down writing.
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", editable=False, db_index=False)
    chunk = models.ForeignKey(Chunk, on_delete=models.CASCADE, related_name="+")
    source = models.ForeignKey(
        "schema_index.DataSource",
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
        help_text="The chunk's own.",
    )
    kind = models.CharField(max_length=16)
    words = SparseVectorField(help_text="A dimension a word; BM25's weight of the word in the text, without rarity.")

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant", "chunk"], name="words_once_per_chunk")]
        indexes = [models.Index(fields=["tenant", "kind", "source"], name="words_by_tenant")]

    def __str__(self) -> str:
        return f"words of {self.chunk_id}"


class WordFrequencies(TenantOwned):
    chunks = models.PositiveIntegerField(help_text="The tenant's, when they were counted.")
    sampled = models.PositiveIntegerField()
    counts = models.JSONField(
        help_text="Word's dimension → how many of the sampled chunks hold it; rare ones left out."
    )
    counted_at = models.DateTimeField(auto_now=True)

    class Meta(TenantOwned.Meta):
        constraints = [models.UniqueConstraint(fields=["tenant"], name="word_frequencies_once_per_tenant")]

    def __str__(self) -> str:
        return f"word frequencies of {self.chunks} chunks"
