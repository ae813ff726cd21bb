"""One schema sync of a large database: from nothing, of one changed column, and of no change at all.

Seconds, statements sent to our own database and to the target, calls to the embedder, chunks it embeds a second. The
other databases of the folder are synced once, to show that each is described whole.
"""

import json
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass
from typing import Any
from uuid import UUID, uuid4

from benchmarks.harness import options, prepared, progress, write_cases
from benchmarks.target_databases import READER, embedded_databases

ACTOR = "system:benchmark"
LARGE = "chado"
CHANGE = "COMMENT ON COLUMN public.feature.residues IS 'Letters of the sequence, as measured on {}'"
MAX_ROUNDS = 50


@dataclass(kw_only=True)
class Measured:
    """`statements` of a sync and of the embedding after it, on our own database; transactions' ends not counted."""

    name: str
    tables: int = 0
    unreadable: int = 0
    changes: int = 0
    seconds: float = 0.0
    statements: int = 0
    target_statements: int = 0
    embedding_seconds: float = 0.0
    embedding_statements: int = 0
    embedding_calls: int = 0
    chunks: int = 0


class CountingEmbedder:
    """The tenant's own embedder, with a count of its calls."""

    def __init__(self, real: Any) -> None:
        self._real = real
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def embed(self, texts: Sequence[str]) -> Any:
        self.calls += 1
        return self._real.embed(texts)


def main() -> None:
    given = options(default="eval/messy", needs=[f"{LARGE}.sql.gz"], description="Cost of a schema sync.")
    prepared()
    from schema_index.embedding.spaces import active_embedder  # noqa: PLC0415  the applications must be loaded first
    from tenants import tenancy  # noqa: PLC0415

    databases = embedded_databases()
    databases.create_reader()
    tenant = tenancy.create(slug=f"bench-sync-{uuid4().hex[:8]}", name="Benchmark", actor=ACTOR)
    embedder = CountingEmbedder(active_embedder(tenant.id))
    embedder.embed(["orders"])  # Loads the model, which every process does once.
    files = sorted(given.data.glob("*.sql.gz"), key=lambda file: file.name != f"{LARGE}.sql.gz")
    measured: list[Measured] = []
    for file in files:
        name = file.name.removesuffix(".sql.gz")
        progress(f"  loading {name}")
        database = databases.load_file(file, database=f"messy__{name}")
        source_id = _source(tenant.id, name, databases.source(database))
        measured.append(_synced(tenant.id, source_id, embedder, name=f"{name}, from nothing"))
        if name == LARGE:
            with closing(databases.connect(database)) as connection:
                connection.execute(CHANGE.format(time.time_ns()).encode())
            measured.append(_synced(tenant.id, source_id, embedder, name=f"{name}, one column changed"))
            measured.append(_synced(tenant.id, source_id, embedder, name=f"{name}, nothing changed"))
    write_cases(given.out, map(asdict, measured))
    _report(measured)


def _source(tenant_id: UUID, name: str, found: dict[str, Any]) -> UUID:
    from schema_index import sources  # noqa: PLC0415
    from tenants.context import tenant_transaction  # noqa: PLC0415

    with tenant_transaction(tenant_id):
        return sources.upsert(slug=name, name=name, actor=ACTOR, **found).id


def _synced(tenant_id: UUID, source_id: UUID, embedder: CountingEmbedder, *, name: str) -> Measured:
    from schema_index.embedding.embed_chunks import embed_pending  # noqa: PLC0415
    from schema_index.indexing.chunks import pending  # noqa: PLC0415
    from schema_index.syncing.snapshots import sync  # noqa: PLC0415
    from tenants.context import tenant_transaction  # noqa: PLC0415

    done = Measured(name=name)
    with _counted(done, "statements"):
        started = time.perf_counter()
        result = sync(tenant_id, source_id=source_id, actor=ACTOR)
        done.seconds = round(time.perf_counter() - started, 3)
    done.tables, done.unreadable, done.changes = result.tables, len(result.unreadable), len(result.changes)
    calls = embedder.calls
    with _counted(done, "embedding_statements"):
        started = time.perf_counter()
        for _ in range(MAX_ROUNDS):
            done.chunks += embed_pending(tenant_id, embedder=embedder)
            with tenant_transaction(tenant_id):
                if not pending(embedder).exists():
                    break
        done.embedding_seconds = round(time.perf_counter() - started, 3)
    done.embedding_calls = embedder.calls - calls
    progress(f"  {name}: {done.seconds} s, {done.chunks} chunks in {done.embedding_seconds} s")
    return done


@contextmanager
def _counted(done: Measured, field: str) -> Iterator[None]:
    """Counts what Django sends to our database into `field`, and what goes out under the reader's name."""
    import psycopg  # noqa: PLC0415
    from django.db import connection  # noqa: PLC0415

    def count(execute: Any, *args: Any) -> Any:
        setattr(done, field, getattr(done, field) + 1)
        return execute(*args)

    real = psycopg.Cursor.execute, psycopg.Cursor.stream

    def counting(method: Any) -> Any:
        def call(cursor: Any, *args: Any, **more: Any) -> Any:
            done.target_statements += cursor.connection.info.user == READER
            return method(cursor, *args, **more)

        return call

    psycopg.Cursor.execute, psycopg.Cursor.stream = map(counting, real)  # type: ignore[method-assign]
    try:
        with connection.execute_wrapper(count):
            yield
    finally:
        psycopg.Cursor.execute, psycopg.Cursor.stream = real  # type: ignore[method-assign]


def _report(measured: list[Measured]) -> None:
    heads = ("tables", "left out", "changes", "s", "statements", "on target", "calls", "chunks", "chunks/s")
    print(f"{'sync of':30}" + "".join(f"{head:>11}" for head in heads))
    for done in measured:
        rate = f"{done.chunks / done.embedding_seconds:.0f}" if done.chunks > 100 else ""
        cells = [done.tables, done.unreadable, done.changes, f"{done.seconds:.2f}", done.statements]
        cells += [done.target_statements, done.embedding_calls, done.chunks, rate]
        print(f"{done.name:30}" + "".join(f"{cell!s:>11}" for cell in cells))
    first, changed, unchanged = measured[:3]
    named = {"first": first, "changed": changed, "unchanged": unchanged}
    figures: dict[str, float] = {f"{name}_s": done.seconds for name, done in named.items()}
    for field in ("statements", "target_statements"):
        figures |= {f"{name}_{field}": getattr(done, field) for name, done in named.items()}
    figures |= {
        "unchanged_embedding_calls": unchanged.embedding_calls,
        "changed_chunks": changed.chunks,
        "changed_embedding_calls": changed.embedding_calls,
        "first_chunks": first.chunks,
        "first_embedding_calls": first.embedding_calls,
        "first_embedding_statements": first.embedding_statements,
        "chunks_per_s": round(first.chunks / first.embedding_seconds, 1),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
