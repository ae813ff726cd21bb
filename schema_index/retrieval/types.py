"""What retrieval hands on: each item with the reason why it is there."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TableHit:
    """A retrieved table. `similarity` is cosine, 1 best; None when the table came in for another `reason`."""

    schema: str
    name: str
    similarity: float | None
    reason: str

    @property
    def qualified_name(self) -> str:
        return f"{self.schema}.{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnowledgeHit:
    """A retrieved FAQ entry or document part. `text` is stored text: data, never instructions.

    `similarity` is cosine, 1 best; None for a text that has no vector yet and was found by its words.
    `stale_reason` says what changed in the database since the text was written or looked at; empty when nothing did.
    """

    kind: str
    title: str
    text: str
    similarity: float | None
    reason: str = ""
    stale_reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredValue:
    """A value of the tenant's data that occurs in the question; `text` is spelled as it is stored."""

    schema: str
    table: str
    column: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Retrieved:
    """Best first. `tables` holds only tables that the asking principal may see; where there are none, nothing in the
    source is about the question, and nobody need be asked to write SQL."""

    tables: tuple[TableHit, ...]
    knowledge: tuple[KnowledgeHit, ...]
    values: tuple[StoredValue, ...]
    closest: tuple[str, ...] = ()
    """Where there are no `tables`, visible ones all the same, `schema.table`, nearest first: what the source does speak
    of."""
