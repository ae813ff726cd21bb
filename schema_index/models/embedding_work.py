"""Who is embedding which chunk now, and which texts an embedder refuses. One row a chunk and embedding space."""

from django.db import models

from schema_index.models.chunk import OfChunkInSpace


class EmbeddingClaim(OfChunkInSpace):
    """A lease: past `until`, its holder has died or been overtaken, and anyone may take the chunk."""

    holder = models.UUIDField()
    until = models.DateTimeField()

    class Meta(OfChunkInSpace.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "chunk", "model", "dimension"], name="embedding_claimed_once")
        ]
        indexes = [models.Index(fields=["tenant", "holder"], name="embedding_claim_by_holder")]

    def __str__(self) -> str:
        return f"{self.chunk_id} until {self.until}"


class EmbeddingFailure(OfChunkInSpace):
    """A text that no later try will embed as it is: a changed text is tried again, and so is one that is retried."""

    content_hash = models.CharField(max_length=64, help_text="Of the text that was refused.")
    reason = models.TextField()
    failed_at = models.DateTimeField(auto_now=True)

    class Meta(OfChunkInSpace.Meta):
        constraints = [
            models.UniqueConstraint(fields=["tenant", "chunk", "model", "dimension"], name="embedding_failure_once")
        ]

    def __str__(self) -> str:
        return self.reason
