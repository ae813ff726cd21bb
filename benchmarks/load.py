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
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg.rows import dict_row

from benchmarks.harness import progress
from benchmarks.load_client import Asked, People
from benchmarks.load_shop import REPLY, SETTINGS, furnish, questions
from deploy.topology.topology import DATABASE, Topology
from tests.scripted_model import Recorded, Reply, ScriptedModel

MODEL_SECONDS = 2.0
CORES = 2
WORKERS = {
    "ask-1": ("--queues", "ask", "--pool", "threads", "--concurrency", "100"),
    "ask-2": ("--queues", "ask", "--pool", "threads", "--concurrency", "100"),
    "background": ("--queues", "embed,sync,evaluate", "--concurrency", "1"),
}


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--in-flight", type=int, default=200, help="Questions at a time.")
    parser.add_argument("--limit", type=int, default=10_000, help="Questions to a model without latency.")
    parser.add_argument("--throughput-only", action="store_true", help="Ask the model without latency alone.")
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
            alone = list(people.ask_all(questions(20, "alone"), in_flight=1))
            figures = {} if given.throughput_only else _with_latency(querent, people, in_flight=given.in_flight)
            latency[0] = 0.0
            figures |= _without_latency(querent, people, count=given.limit, forget=model.requests.clear)
    figures["alone_overhead_p50_ms"] = _overhead(alone)[0]
    _print(figures)


def _with_latency(querent: Topology, people: People, *, in_flight: int) -> dict[str, Any]:
    busy = questions(5 * in_flight, "busy")
    progress(f"  {len(busy)} questions, {in_flight} at a time, a model of {MODEL_SECONDS:.0f} s")
    started = time.monotonic()
    with _most_connections(querent) as most:
        asked = list(people.ask_all(busy, in_flight=in_flight))
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


def _without_latency(querent: Topology, people: People, *, count: int, forget: Callable[[], None]) -> dict[str, Any]:
    """Growth from the first tenth on, when every process has loaded what it needs, to the end, and what each process
    holds on the way; what a question costs all processes together."""
    progress(f"  {count} questions, 32 at a time, a model without latency")
    warm, rest = questions(count // 10, "warm"), questions(count - count // 10, "rest")
    errors = sum(bool(one.problem) for one in people.ask_all(warm, in_flight=32))
    before, spent, started = _memory(querent), _spent(querent), time.monotonic()
    curve = {len(warm): _megabytes(before)}
    for done in range(0, len(rest), 1_000):
        errors += sum(bool(one.problem) for one in people.ask_all(rest[done : done + 1_000], in_flight=32))
        forget()
        asked = len(warm) + done + len(rest[done : done + 1_000])
        curve[asked] = _megabytes(_memory(querent))
        progress(f"    {asked}: {curve[asked]}")
    seconds, after = time.monotonic() - started, _memory(querent)
    growth = {name: round((after[name] - before[name]) / 2**20, 1) for name in before}
    each = {name: round((now - spent[name]) / len(rest), 1) for name, now in _spent(querent).items()}
    return {
        "asks_per_s": round(len(rest) / seconds, 1),
        "zero_latency_errors": errors,
        "cpu_ms_per_ask": round(sum(each[name] for name in before), 1),
        "cpu_ms_per_ask_by_process": {name: each[name] for name in (*before, "pgbouncer", "postgres")},
        "statements_per_ask": each["statements"],
        "transactions_per_ask": each["transactions"],
        "rss_growth_mb": max(growth.values()),
        "rss_growth": growth,
        "rss_mb": curve,
    }


def _spent(querent: Topology) -> dict[str, float]:
    """So far: milliseconds of processor time of each server with its children, and what the pooler has carried. A
    statement is what waits for an answer, the ends of transactions among them. `postgres` reads the target too."""
    postmaster = int((querent.postgres.data_folder / "postmaster.pid").read_text().split("\n", 1)[0])
    named = {
        **_servers(querent),
        "pgbouncer": psutil.Process(querent.pooler.pid),
        "postgres": psutil.Process(postmaster),
    }
    spent = {name: _processor_ms(process) for name, process in named.items()}
    with closing(psycopg.connect(querent.environment["DATABASE_URL"].rsplit("/", 1)[0] + "/pgbouncer")) as connection:
        connection.autocommit = True
        with connection.cursor(row_factory=dict_row) as cursor:
            cursor.execute("SHOW STATS", prepare=False)
            row = next(one for one in cursor.fetchall() if one["database"] == DATABASE)
    return {**spent, "statements": float(row["total_query_count"]), "transactions": float(row["total_xact_count"])}


def _processor_ms(process: psutil.Process) -> float:
    """With its children, also those that have ended."""
    ended = process.cpu_times()
    seconds = float(ended.children_user + ended.children_system)
    for one in (process, *process.children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # PostgreSQL's connections to the target come and go
            times = one.cpu_times()
            seconds += times.user + times.system
    return seconds * 1_000


def _megabytes(memory: dict[str, int]) -> dict[str, int]:
    return {name: round(bytes_ / 2**20) for name, bytes_ in memory.items()}


def _overhead(asked: list[Asked]) -> tuple[float, float]:
    """Milliseconds beyond the model's own, p50 and p99, of questions that were answered."""
    beyond = sorted((one.seconds - MODEL_SECONDS) * 1_000 for one in asked if not one.problem)
    if not beyond:
        return 0.0, 0.0
    return round(statistics.median(beyond), 1), round(beyond[int(0.99 * (len(beyond) - 1))], 1)


def _furnish(querent: Topology) -> str:
    os.environ.update(querent.environment)
    import django  # noqa: PLC0415  the deployment's environment must be set first

    django.setup()
    return furnish(querent.postgres.admin_settings(), folder=querent.folder)


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
