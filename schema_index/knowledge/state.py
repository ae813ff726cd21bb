"""What a source's questions are answered from, beside its schema, in one digest: it changes with whatever is found."""

import hashlib
import json
from uuid import UUID

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Count, F, Max, Q, Value
from django.db.models.functions import MD5, Concat

from schema_index.embedding.base import Embedder
from schema_index.indexing.chunks import pending
from schema_index.models import Chunk, ChunkKind, DataSource, StaleMark


def knowledge_state(source_id: UUID, *, embedder: Embedder, threshold: float | None) -> str | None:
    """Of FAQ and documents as they are found, their marks of doubt, the value dictionary, and how questions are
    compared with them. None while texts wait for their vectors, for what is found then changes by itself.

    Four queries in the open scope; the texts are read as their digests, in the database.
    """
    own = Q(source_id=source_id) | Q(source_id=None)
    if pending(embedder).filter(own).order_by().exists():
        return None
    texts = Chunk.objects.filter(own, kind__in=[ChunkKind.FAQ, ChunkKind.DOCUMENT]).aggregate(
        digest=MD5(StringAgg(Concat("object_key", Value(" "), "content_hash"), Value("\n"), order_by=F("object_key")))
    )
    marks = StaleMark.objects.filter(source_id=source_id).aggregate(number=Count("id"), last=Max("at"))
    source = DataSource.objects.only("index_values", "synced_at", "values_excluded", "values_included").get(
        id=source_id
    )
    state = [
        *(embedder.model, embedder.dimension, threshold),
        *(texts["digest"], marks["number"], str(marks["last"])),
        # Values bear no version: each sync reads them anew.
        *(source.index_values, source.values_excluded, source.values_included),
        str(source.synced_at) if source.index_values else "",
    ]
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()
