"""A question with everything that the pipeline needs for it, from any door."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from nl2sql.generation.base import Clarified, Exchange, Generator
from nl2sql.reuse.reuse import Verified
from schema_index.catalogue import Catalogue
from schema_index.connectors.base import Connector, Limits
from schema_index.embedding.base import Embedder
from tenants.attributes import AttributeValue
from tenants.cancellation import NEVER, Cancellation

Mode = Literal["answer", "sql", "dry_run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """`catalogue` is what the asking principal may see, `role` and `attributes` are theirs. `revision` and `synced_at`
    say of which sync the catalogue is; `verified` are the source's verified queries in use, whoever may see them.
    `history` are the exchanges that the question may continue, oldest first; `clarified` what its asker chose when
    asked back. `today` is a day of `time_zone`; the fiscal year begins with the first of `fiscal_month`. `access` is
    the digest of what the asker may see; empty where the answer is not to be kept. Up to `candidates` statements are
    written for a hard question. `threshold` is the least similarity of a hit, None for the tenant's own."""

    question: str
    mode: Mode
    tenant_id: UUID
    role: str
    source_id: UUID
    catalogue: Catalogue
    embedder: Embedder
    generator: Generator
    connector: Connector
    limits: Limits
    top_k: int
    threshold: float | None = None
    today: date
    time_zone: str = "UTC"
    fiscal_month: int = 1
    language: str = ""
    given_sql: str = ""
    """A statement of the asker's own: none is written for the question."""
    revision: int | None = None
    synced_at: datetime | None = None
    verified: tuple[Verified, ...] = ()
    history: tuple[Exchange, ...] = ()
    clarified: tuple[Clarified, ...] = ()
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    cancellation: Cancellation = NEVER
    access: str = ""
    candidates: int = 1
