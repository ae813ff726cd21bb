"""What a tenant's databases contain, and the texts and vectors by which a question finds it."""

from schema_index.models.access_policy import EVERYONE, AccessPolicy
from schema_index.models.chunk import Chunk, ChunkEmbedding, ChunkKind
from schema_index.models.column_value import ColumnValue, GapReason, VocabularyGap
from schema_index.models.data_source import DataSource
from schema_index.models.embedding_space import EmbeddingSpace, SpaceState
from schema_index.models.embedding_work import EmbeddingClaim, EmbeddingFailure
from schema_index.models.endpoint_pace import EndpointPace
from schema_index.models.index_version import IndexVersion
from schema_index.models.judged_question import JudgedQuestion
from schema_index.models.keyword import ChunkWords, WordFrequencies
from schema_index.models.knowledge import Document, FaqEntry, KnowledgeEntry, ReviewState
from schema_index.models.proposed_schema import ProposedSchema
from schema_index.models.reference import Reference, StaleMark, SubjectKind
from schema_index.models.snapshot import SchemaChange, Snapshot
from schema_index.models.sync_run import SyncRun, SyncState

__all__ = [
    "EVERYONE",
    "AccessPolicy",
    "Chunk",
    "ChunkEmbedding",
    "ChunkKind",
    "ChunkWords",
    "ColumnValue",
    "DataSource",
    "Document",
    "EmbeddingClaim",
    "EmbeddingFailure",
    "EmbeddingSpace",
    "EndpointPace",
    "FaqEntry",
    "GapReason",
    "IndexVersion",
    "JudgedQuestion",
    "KnowledgeEntry",
    "ProposedSchema",
    "Reference",
    "ReviewState",
    "SchemaChange",
    "Snapshot",
    "SpaceState",
    "StaleMark",
    "SubjectKind",
    "SyncRun",
    "SyncState",
    "VocabularyGap",
    "WordFrequencies",
]
