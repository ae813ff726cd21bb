"""Texts that a question is compared with, and their vectors.

The vectors stand in a narrow table of their own: a scan over a tenant's vectors reads no text, and several embedding
models can live side by side without ever meeting in one query.
"""

from django.db import models
from pgvector.django import HalfVectorField

from tenants.models import Tenant, TenantOwned


class ChunkKind(models.TextChoices):
    TABLE = "table"
    FAQ = "faq"
    DOCUMENT = "document"


class Chunk(TenantOwned):
    source = models.ForeignKey(
        "schema_index.DataSource",
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        help_text="Empty for knowledge about the whole tenant.",
    )
    kind = models.CharField(max_length=16, choices=ChunkKind.choices)
    object_key = models.TextField(help_text="schema.table, or the knowledge entry's id and part.")
    title = models.TextField()
    text = models.TextField()
    content_hash = models.CharField(max_length=64)
    metadata = models.JSONField(default=dict, help_text="Of the knowledge entry, to filter by.")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta(TenantOwned.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "source", "kind", "object_key"], name="chunk_once_per_object", nulls_distinct=False
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.title}"


class OfChunkInSpace(TenantOwned):
    """What there is of a chunk in one embedding space."""

    chunk = models.ForeignKey(Chunk, on_delete=models.CASCADE, related_name="+")
    model = models.CharField(max_length=200)
    dimension = models.PositiveIntegerField()

    class Meta(TenantOwned.Meta):
        abstract = True


class ChunkEmbedding(OfChunkInSpace):
    # Indexes that begin with the tenant are there already: each further one is paid for with every vector written.
    tenant = models.ForeignKey(Tenant, on_delete=models.CASCADE, related_name="+", editable=False, db_index=False)
    source = models.ForeignKey(
        "schema_index.DataSource",
        null=True,
        on_delete=models.CASCADE,
        related_name="+",
        db_index=False,
        db_constraint=False,
        help_text="The chunk's own, which the database checks there.",
    )
    kind = models.CharField(max_length=16)
    content_hash = models.CharField(max_length=64, help_text="Of the text that was embedded.")
    embedding = HalfVectorField(help_text="Unit length.")
    embedded_at = models.DateTimeField(auto_now=True)

    class Meta(OfChunkInSpace.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "chunk", "model", "dimension"], name="embedding_once_per_chunk_and_space"
            )
        ]
        indexes = [
            models.Index(
                fields=["tenant", "model", "dimension", "kind", "source"], name="embedding_by_space_and_source"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} of {self.chunk_id}"
