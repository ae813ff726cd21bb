"""A PostgreSQL database to be asked, an embedder that counts, and looks at what is stored."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID
from zlib import crc32

import numpy as np
import pytest
from django.conf import settings

from schema_index import sources
from schema_index.catalogue import indexed_catalogue
from schema_index.embedding.base import Embedder, EmbeddingRejected, EmbeddingUnavailable, Vectors
from schema_index.models import Chunk, ChunkEmbedding, ColumnValue, DataSource
from schema_index.retrieval.retrieve import retrieve
from schema_index.retrieval.types import Retrieved
from schema_index.signals import schema_changed
from schema_index.words import normalised
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.conftest import Configure, Connect
from tests.scripted_model import ScriptedModel
from tests.stored import reread

READER_PASSWORD = "only for the tests"

READER = f"""
DO $$ BEGIN
  PERFORM pg_advisory_xact_lock(hashtext('target_reader'));
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'target_reader') THEN
    CREATE ROLE target_reader LOGIN PASSWORD '{READER_PASSWORD}';
  END IF;
END $$
"""
"""Roles are the server's, which the processes of a test run share."""

STOCK = """
CREATE TABLE products (id integer PRIMARY KEY, name text NOT NULL, cost numeric);
CREATE TABLE stock (product_id integer NOT NULL REFERENCES products, shelf text, pieces integer);
COMMENT ON COLUMN stock.pieces IS 'how many there are';
INSERT INTO products VALUES (1, 'Espresso', 1.5), (2, 'Filter', 1.0);
INSERT INTO stock VALUES (1, 'North', 10), (2, 'South', 4);
"""


@dataclass
class CountingEmbedder:
    """Words as directions: texts that share words are similar. Remembers what it was asked; refuses what it is told."""

    model: str = "words"
    dimension: int = 256
    max_batch: int = 4
    max_batch_tokens: int = 100_000
    max_seconds: float = 60.0
    endpoint: str = ""
    refuses: str = "\0"
    refuses_all: bool = False
    breaks_on: str = "\0"
    is_down_after: int | None = None
    before: Callable[[], None] = lambda: None
    calls: list[list[str]] = field(default_factory=list)

    @property
    def texts(self) -> list[str]:
        return [text for call in self.calls for text in call]

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.before()
        if self.is_down_after is not None and len(self.calls) >= self.is_down_after:
            raise EmbeddingUnavailable("The embedder is down.")
        if any(self.breaks_on in text for text in texts):
            raise EmbeddingUnavailable("The embedder broke down.")
        self.calls.append(list(texts))
        if self.refuses_all or any(self.refuses in text for text in texts):
            raise EmbeddingRejected("The embedder refuses this text.")
        vectors = np.full((len(texts), self.dimension), 1e-4, dtype=np.float32)
        for row, text in enumerate(texts):
            for word in normalised(text).split():
                vectors[row, crc32(word.encode()) % self.dimension] += 1
        unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        return unit


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


@pytest.fixture
def endpoint(change_environment: Configure) -> Iterator[ScriptedModel]:
    """An embeddings endpoint that the settings name."""
    with ScriptedModel() as server:
        change_environment(
            embedding_base_url=server.url, embedding_model="scripted", embedding_dimension=server.dimension
        )
        yield server


@pytest.fixture
def target_database(embedded_server: dict[str, Any], admin_connection: Connect) -> Iterator[Callable[[str], None]]:
    """Runs a script as superuser in a database with products and their stock, which role `target_reader` may read."""
    name = target_name()
    with closing(admin_connection("postgres")) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
        connection.execute(f"CREATE DATABASE {name}".encode())
        connection.execute(READER.encode())

    def run(script: str) -> None:
        with closing(admin_connection(name)) as connection:
            connection.execute(script.encode())
            connection.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO target_reader")

    run(STOCK)
    yield run
    with closing(admin_connection("postgres")) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def target_name() -> str:
    return f"{settings.DATABASES['default']['NAME']}_target"


@pytest.fixture
def stock_source(tenant: Tenant, target_database: Callable[[str], None]) -> DataSource:
    """A PostgreSQL source of tenant Acme, not yet synced."""
    return save_stock_source(tenant)


def save_stock_source(tenant: Tenant, **changes: Any) -> DataSource:
    own = settings.DATABASES["default"]
    fields = {
        "slug": "stock",
        "name": "Stock",
        "dialect": "postgres",
        "host": own["HOST"],
        "port": int(own["PORT"]),
        "database": target_name(),
        "username": "target_reader",
        "password": READER_PASSWORD,
        "index_values": True,
    }
    with tenant_transaction(tenant.id):
        return sources.upsert(actor="system:test", **{**fields, **changes})


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What is kept of a source. `vectors` are (title, model); `values` are `table.column=text`."""

    chunks: set[str]
    vectors: set[tuple[str, str]]
    values: set[str]


def stored(source: DataSource) -> Stored:
    with tenant_transaction(source.tenant_id):
        values = ColumnValue.objects.filter(source_id=source.id)
        return Stored(
            chunks=set(Chunk.objects.filter(source_id=source.id).values_list("title", flat=True)),
            vectors=set(ChunkEmbedding.objects.filter(source_id=source.id).values_list("chunk__title", "model")),
            values={f"{one.table}.{one.column}={one.text}" for one in values},
        )


def change_of(source: DataSource, **fields: Any) -> None:
    with tenant_transaction(source.tenant_id):
        DataSource.objects.filter(id=source.id).update(**fields)


@contextmanager
def heard() -> Iterator[list[dict[str, Any]]]:
    """What the `schema_changed` signal tells while the block lasts."""
    told: list[dict[str, Any]] = []

    def listen(**words: Any) -> None:
        told.append(words)

    schema_changed.connect(listen, weak=False)
    try:
        yield told
    finally:
        schema_changed.disconnect(listen)


def ask(source: DataSource, question: str, embedder: Embedder, *, top_k: int = 10, **more: Any) -> Retrieved:
    """What retrieval finds in the source as it is stored now."""
    return retrieve(
        question,
        tenant_id=source.tenant_id,
        source_id=source.id,
        catalogue=indexed_catalogue(reread(source)),
        embedder=embedder,
        top_k=top_k,
        **more,
    )


def chunk_ids(tenant_id: UUID) -> dict[str, UUID]:
    with tenant_transaction(tenant_id):
        return dict(Chunk.objects.values_list("title", "id"))


@contextmanager
def undone(tenant: Tenant) -> Iterator[None]:
    """A transaction of the tenant that fails after the block."""
    with suppress(ZeroDivisionError), tenant_transaction(tenant.id):
        yield
        raise ZeroDivisionError
