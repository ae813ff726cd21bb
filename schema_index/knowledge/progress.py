"""How far the texts of knowledge entries are on their way to vectors. Needs an open scope."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, Subquery
from django.db.models.functions import Left

from schema_index.embedding.spaces import active_space
from schema_index.indexing.chunks import of_text
from schema_index.models import Chunk, ChunkEmbedding, ChunkKind, EmbeddingFailure

_ID_CHARACTERS = 36
"""A chunk's key begins with its entry's id; see `chunking.subject_of`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedded:
    """Of one entry: its parts, those that have vectors, and why the first refused one was. Until a part has its vector,
    it is found by its words."""

    parts: int
    done: int
    refused: str = ""

    @property
    def waiting(self) -> int:
        return 0 if self.refused else self.parts - self.done


def embedded_states(entry_ids: Iterable[UUID]) -> dict[UUID, Embedded]:
    """Of entries that have parts: what is not used has none. Two queries."""
    here = of_text(active_space())
    chunks = (
        Chunk.objects.filter(kind__in=[ChunkKind.FAQ, ChunkKind.DOCUMENT])
        .annotate(
            entry=Left("object_key", _ID_CHARACTERS),
            done=Exists(ChunkEmbedding.objects.filter(**here)),
            refused=Subquery(EmbeddingFailure.objects.filter(**here).values("reason")[:1]),
        )
        .filter(entry__in=[str(one) for one in entry_ids])
        .values_list("entry", "done", "refused")
    )
    found: dict[UUID, Embedded] = {}
    for entry, done, refused in chunks:
        before = found.get(UUID(entry), Embedded(parts=0, done=0))
        found[UUID(entry)] = Embedded(
            parts=before.parts + 1, done=before.done + done, refused=before.refused or refused or ""
        )
    return found
