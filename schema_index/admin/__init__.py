"""The index in the admin. Django imports this package; each file registers its own models."""

from schema_index.admin import chunk, data_source, embedding, judged_question, knowledge, snapshot

__all__ = ["chunk", "data_source", "embedding", "judged_question", "knowledge", "snapshot"]
