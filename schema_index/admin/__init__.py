"""The index in the admin. Django imports this package; each file registers its own models."""

from schema_index.admin import access_policy, data_source, embedding, judged_question, knowledge, snapshot

__all__ = ["access_policy", "data_source", "embedding", "judged_question", "knowledge", "snapshot"]
