"""The whole deployment under load: as processes, on two cores, with a model that takes two seconds for each question.

First so many questions at a time that model and product are both busy; then a model without latency, for what the
product alone can do and whether its processes grow. One question at a time is measured before, for comparison.
"""

import json
import os
import statistics
import tempfile
import threading
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import psycopg

from benchmarks.harness import progress
from benchmarks.load_client import Asked, People
from benchmarks.target_databases import READER, TargetDatabases
from deploy.topology.topology import DATABASE, Topology
from tests.scripted_model import Recorded, Reply, ScriptedModel, answers

MODEL_SECONDS = 2.0
CORES = 2
PASSWORD = "of the benchmark"
WORKERS = {
    "ask-1": ("--queues", "ask", "--pool", "threads", "--concurrency", "100"),
    "ask-2": ("--queues", "ask", "--pool", "threads", "--concurrency", "100"),
    "background": ("--queues", "embed,sync,evaluate", "--concurrency", "1"),
}
SETTINGS = {
    "QUESTIONS_PER_MINUTE": "1000000",
    "QUESTIONS_PER_DAY": "1000000",
    "REQUESTS_PER_MINUTE": "1000000",
    # One tenant asks everything here.
    "QUESTIONS_AT_ONCE": "1000",
    # A question that was asked before would not reach the model.
    "ANSWER_CACHE_SIZE": "0",
    "LLM_MODEL": "scripted",
    "LLM_API_KEY": "none",
}
SHOP = """
CREATE TABLE customers (id integer PRIMARY KEY, name text NOT NULL, city text);
CREATE TABLE orders (id integer PRIMARY KEY, customer_id integer NOT NULL REFERENCES customers, total numeric NOT NULL);
INSERT INTO customers SELECT n, 'Customer ' || n, (ARRAY['Lyon', 'Turin'])[1 + n % 2] FROM generate_series(1, 1000) n;
INSERT INTO orders SELECT n, 1 + n % 1000, n % 100 FROM generate_series(1, 20000) n;
"""
REPLY = answers(sql="SELECT count(*) AS orders FROM orders", interpreted_as="The number of orders.")


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--in-flight", type=int, default=200, help="Questions at a time.")
    parser.add_argument("--limit", type=int, default=10_000, help="Questions to a model without latency.")
    given = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="querent-load-"))
    folder.chmod(0o755)  # the embedded server may run as another user
    latency = [MODEL_SECONDS]

    def reply(_: Recorded) -> Reply:
        return replace(REPLY, delay_s=latency[0])

    with ScriptedModel(default=reply) as model:
        settings = {**SETTINGS, "LLM_BASE_URL": model.url}
        with Topology(folder, settings=settings, workers=WORKERS) as querent:
            key = _furnish(querent)
            _bind(querent)
            people = People(querent.url, key=key)
            progress("  one at a time")
            alone = list(people.ask_all(_questions(20, "alone"), in_flight=1))
            figures = _with_latency(querent, people, in_flight=given.in_flight)
            latency[0] = 0.0
            figures |= _without_latency(querent, people, questions=given.limit, forget=model.requests.clear)
    figures["alone_overhead_p50_ms"] = _overhead(alone)[0]
    _print(figures)


def _with_latency(querent: Topology, people: People, *, in_flight: int) -> dict[str, Any]:
    questions = _questions(5 * in_flight, "busy")
    progress(f"  {len(questions)} questions, {in_flight} at a time, a model of {MODEL_SECONDS:.0f} s")
    started = time.monotonic()
    with _most_connections(querent) as most:
        asked = list(people.ask_all(questions, in_flight=in_flight))
    p50, p99 = _overhead(asked)
    return {
        "in_flight": in_flight,
        "errors": sum(bool(one.problem) for one in asked),
        "problems": dict(Counter(one.problem for one in asked if one.problem)),
        "overhead_p50_ms": p50,
        "overhead_p99_ms": p99,
        "busy_asks_per_s": round(len(asked) / (time.monotonic() - started), 1),
        "db_connections_max": most[0],
    }


def _without_latency(
    querent: Topology, people: People, *, questions: int, forget: Callable[[], None]
) -> dict[str, Any]:
    """Growth from the first tenth on, when every process has loaded what it needs, to the end."""
    progress(f"  {questions} questions, 32 at a time, a model without latency")
    warm, rest = _questions(questions // 10, "warm"), _questions(questions - questions // 10, "rest")
    errors = sum(bool(one.problem) for one in people.ask_all(warm, in_flight=32))
    before, started = _memory(querent), time.monotonic()
    for done in range(0, len(rest), 1_000):
        errors += sum(bool(one.problem) for one in people.ask_all(rest[done : done + 1_000], in_flight=32))
        forget()
        progress(f"    {len(warm) + done + len(rest[done : done + 1_000])}")
    seconds, after = time.monotonic() - started, _memory(querent)
    growth = {name: round((after[name] - before[name]) / 2**20, 1) for name in before}
    return {
        "asks_per_s": round(len(rest) / seconds, 1),
        "zero_latency_errors": errors,
        "rss_growth_mb": max(growth.values()),
        "rss_growth": growth,
        "rss_mb": {name: round(bytes_ / 2**20) for name, bytes_ in after.items()},
    }


def _questions(count: int, kind: str) -> list[str]:
    return [f"How many orders were there, {kind} {number}?" for number in range(count)]


def _overhead(asked: list[Asked]) -> tuple[float, float]:
    """Milliseconds beyond the model's own, p50 and p99, of questions that were answered."""
    beyond = sorted((one.seconds - MODEL_SECONDS) * 1_000 for one in asked if not one.problem)
    if not beyond:
        return 0.0, 0.0
    return round(statistics.median(beyond), 1), round(beyond[int(0.99 * (len(beyond) - 1))], 1)


def _furnish(querent: Topology) -> str:
    """A tenant with one source on the deployment's own server, synced and embedded; its API key."""
    databases = TargetDatabases(querent.postgres.admin_settings(), password=PASSWORD)
    databases.create_reader()
    script = querent.folder / "shop.sql"
    script.write_text(SHOP)
    databases.load_file(script, database="load_shop")
    os.environ.update(querent.environment)
    import django  # noqa: PLC0415  the deployment's environment must be set first

    django.setup()
    from schema_index import sources  # noqa: PLC0415
    from schema_index.embedding.embed_chunks import embed_pending  # noqa: PLC0415
    from schema_index.embedding.minilm import MiniLMEmbedder  # noqa: PLC0415
    from schema_index.snapshots import sync  # noqa: PLC0415
    from tenants import api_keys, tenancy  # noqa: PLC0415
    from tenants.context import tenant_transaction  # noqa: PLC0415
    from tenants.roles import Permission, Role  # noqa: PLC0415

    tenant = tenancy.create(slug="load", name="Load", actor="system:benchmark")
    with tenant_transaction(tenant.id):
        source = sources.upsert(
            slug="shop",
            name="Shop",
            dialect="postgres",
            host="127.0.0.1",
            port=querent.postgres.port,
            database="load_shop",
            username=READER,
            password=PASSWORD,
            actor="system:benchmark",
        )
        _, key = api_keys.issue(name="load", scopes=[Permission.ASK], actor="system:benchmark", role=Role.ANALYST)
    sync(tenant.id, source_id=source.id, actor="system:benchmark")
    embed_pending(tenant.id, embedder=MiniLMEmbedder())
    return key


def _servers(querent: Topology) -> dict[str, psutil.Process]:
    named = {"web": querent.web, **querent.workers}
    return {name: psutil.Process(server.pid) for name, server in named.items()}


def _bind(querent: Topology) -> None:
    """Everything but the model and those who ask shares two cores, where the machine has more."""
    cores = psutil.Process().cpu_affinity()[:CORES]
    folder = str(querent.folder)
    for process in psutil.process_iter(["cmdline", "cwd"]):
        if folder in " ".join(process.info["cmdline"] or []) or folder in str(process.info["cwd"]):
            process.cpu_affinity(cores)
    for process in _servers(querent).values():
        for one in (process, *process.children(recursive=True)):
            one.cpu_affinity(cores)


def _memory(querent: Topology) -> dict[str, int]:
    """Resident bytes of each server with its children."""
    return {
        name: sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))
        for name, process in _servers(querent).items()
    }


@contextmanager
def _most_connections(querent: Topology) -> Iterator[list[int]]:
    """The largest number of connections of Querent to its own database at once, looked at ten times a second."""
    most, is_over = [0], threading.Event()

    def watch() -> None:
        with closing(psycopg.connect(querent.postgres.admin_url(DATABASE), autocommit=True)) as connection:
            while not is_over.wait(0.1):
                row = connection.execute(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = %s AND usename = %s",
                    [DATABASE, f"{DATABASE}_app"],
                ).fetchone()
                most[0] = max(most[0], row[0] if row else 0)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield most
    finally:
        is_over.set()
        thread.join()


def _print(figures: dict[str, Any]) -> None:
    for name, value in figures.items():
        print(f"{name:>24}  {value}")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
