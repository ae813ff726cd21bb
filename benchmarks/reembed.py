"""Questions asked throughout a switch of embedding model: how many failed, how many were answered from a mixed space.

A tenant with the pool's tables is moved from the local model to another at an endpoint of this process, and back, while
threads ask through the product's own retrieve(). Each answer's similarities are compared with those that either space
alone gives for that question.
"""

import hashlib
import json
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import numpy as np

from benchmarks.harness import json_lines, options, prepared, progress, spread
from benchmarks.pooled_schema import POOL, schemas, stored

ASKERS = 4
QUESTIONS = 20
TABLES = 400
TOP_K = 10
DIMENSION = 384
"""As many as the local model's, so that the database itself would compare vectors of both."""

MODEL = "hashed-words"
ACTOR = "system:benchmark"


def main() -> None:
    given = options(
        default="eval/schema_linking",
        needs=("pooled_schemas.jsonl", "pooled_questions.jsonl"),
        description="Questions during a switch of embedding model: asked, failed, mixed.",
    )
    with _endpoint() as url:
        os.environ |= {"EMBEDDING_BASE_URL": url, "EMBEDDING_MODEL": MODEL, "EMBEDDING_DIMENSION": str(DIMENSION)}
        prepared()
        questions = [one["question"] for one in spread(json_lines(given.data / "pooled_questions.jsonl"), QUESTIONS)]
        print(json.dumps(_switch_under_load(schemas(given.data)[POOL], questions)))


def _switch_under_load(schema: Any, questions: list[str]) -> dict[str, Any]:
    from schema_index.embedding import reembedding  # noqa: PLC0415  the applications must be loaded first
    from schema_index.embedding.embed_spaces import embed_spaces  # noqa: PLC0415
    from schema_index.embedding.retry import AskAgain  # noqa: PLC0415

    tenant_id, ask = _tenant(replace(schema, tables=schema.tables[:TABLES]))
    truth = {_local(): {question: ask(question)[1] for question in questions}}
    asked: list[tuple[str, str, dict[str, float]]] = []
    failures: list[str] = []
    is_over = threading.Event()

    def keep_asking(number: int) -> None:
        from django.db import connections  # noqa: PLC0415

        place = number
        while not is_over.is_set():
            question = questions[place % len(questions)]
            place += 1
            try:
                asked.append((question, *ask(question)))
            except Exception as error:  # noqa: BLE001  whatever it is, it is a failed question
                failures.append(repr(error))
        connections.close_all()

    with ThreadPoolExecutor(ASKERS) as pool:
        for number in range(ASKERS):
            pool.submit(keep_asking, number)
        progress("  asking with the old model")
        _until(lambda: len(asked) >= len(questions))
        started = time.perf_counter()
        reembedding.begin(tenant_id, model=MODEL, is_forced=True, actor=ACTOR)
        while isinstance(embed_spaces(tenant_id, retries=0, spread=0), AskAgain):
            pass
        filled_s = time.perf_counter() - started
        progress("  switched")
        before = len(asked)
        _until(lambda: len(asked) >= before + len(questions))
        reembedding.take_back(tenant_id, actor=ACTOR)
        before = len(asked)
        _until(lambda: len(asked) >= before + len(questions))
        is_over.set()
    # Back to the new space once more, to know what it alone gives.
    reembedding.begin(tenant_id, model=MODEL, is_forced=True, actor=ACTOR)
    embed_spaces(tenant_id, retries=0, spread=0)
    truth[MODEL] = {question: ask(question)[1] for question in questions}
    mixed = [one for one in asked if not _same(one[2], truth[one[1]][one[0]])]
    return {
        "asked": len(asked) + len(failures),
        "failed": len(failures),
        "mixed": len(mixed),
        "by_model": {model: sum(one[1] == model for one in asked) for model in truth},
        "chunks": min(TABLES, len(schema.tables)),
        "fill_s": round(filled_s, 2),
        "failures": sorted(set(failures))[:3],
    }


def _tenant(schema: Any) -> tuple[UUID, Any]:
    """A tenant of its own with the schema, embedded by the local model, and how it is asked."""
    from uuid import uuid4  # noqa: PLC0415

    from django.utils import timezone  # noqa: PLC0415

    from schema_index.access.policy import Policy, access_of  # noqa: PLC0415
    from schema_index.catalogue import Catalogue  # noqa: PLC0415
    from schema_index.embedding.embed_chunks import embed_everything  # noqa: PLC0415
    from schema_index.embedding.minilm import MiniLMEmbedder  # noqa: PLC0415
    from schema_index.embedding.spaces import active_embedder  # noqa: PLC0415
    from schema_index.models import EmbeddingSpace, SpaceState  # noqa: PLC0415
    from schema_index.retrieval.retrieve import retrieve  # noqa: PLC0415
    from tenants import tenancy  # noqa: PLC0415
    from tenants.context import tenant_transaction  # noqa: PLC0415

    tenant = tenancy.create(slug=f"bench-reembed-{uuid4().hex[:8]}", name="Benchmark", actor=ACTOR)
    with tenant_transaction(tenant.id):
        # As if the settings had named the local model when the tenant came.
        EmbeddingSpace.objects.create(
            tenant_id=tenant.id,
            model=_local(),
            dimension=DIMENSION,
            state=SpaceState.ACTIVE,
            activated_at=timezone.now(),
        )
    source_id = stored(tenant.id, "pool", schema, actor=ACTOR)
    progress("  embedding with the local model")
    embed_everything(tenant.id, embedder=MiniLMEmbedder())
    catalogue = Catalogue(access_of(Policy(), schema))

    def ask(question: str) -> tuple[str, dict[str, float]]:
        embedder = active_embedder(tenant.id)
        found = retrieve(
            question,
            tenant_id=tenant.id,
            source_id=source_id,
            catalogue=catalogue,
            embedder=embedder,
            top_k=TOP_K,
        )
        return embedder.model, {one.qualified_name: one.similarity or 0.0 for one in found.tables}

    return tenant.id, ask


def _local() -> str:
    from schema_index.embedding.minilm import MiniLMEmbedder  # noqa: PLC0415

    return MiniLMEmbedder.model


def _same(got: dict[str, float], true: dict[str, float]) -> bool:
    return got.keys() == true.keys() and all(abs(got[key] - true[key]) < 1e-4 for key in got)


def _until(holds: Any) -> None:
    deadline = time.monotonic() + 300
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit("The questions do not come through.")
        time.sleep(0.02)


@contextmanager
def _endpoint() -> Iterator[str]:
    """An OpenAI-compatible `/embeddings`, whose vectors add up one direction a word."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
    finally:
        server.shutdown()


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        data = [{"index": place, "embedding": _vector(text)} for place, text in enumerate(asked["input"])]
        body = json.dumps({"object": "list", "data": data, "model": MODEL}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Silent."""


def _vector(text: str) -> list[float]:
    vector = np.full(DIMENSION, 1e-3)
    for word in text.lower().split():
        vector[int.from_bytes(hashlib.sha256(word.encode()).digest()[:4]) % DIMENSION] += 1
    return [round(float(one), 4) for one in vector]


if __name__ == "__main__":
    main()
