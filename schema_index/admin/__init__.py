"""The index in the admin. Django imports this package; each file registers its own models."""

from schema_index.admin import (
    access_policy,
    chunk,
    data_source,
    embedding,
    judged_question,
    knowledge,
    snapshot,
    vocabulary,
)

__all__ = [
    "access_policy",
    "chunk",
    "data_source",
    "embedding",
    "judged_question",
    "knowledge",
    "snapshot",
    "vocabulary",
]
