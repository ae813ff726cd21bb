"""Each fault while twenty questions are in flight: none is lost, none is carried out twice, and service returns."""

import re
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from celery import Celery
from redis import Redis

from tests_faults.conftest import IN_CI, Table
from tests_faults.deployment import DEADLINE_S, WORKERS, Deployment
from tests_faults.people import IN_FLIGHT, Asked, until
from tests_faults.small_disk import empty, fill, move_runs, small_disk
from tests_faults.verdict import GRACE_S, assert_nothing_lost

UNDER_WAY_S = 0.6
"""When most questions wait for the model, which takes a second."""

RECOVERY_S = 60.0
POISONS: tuple[tuple[Any, ...], ...] = (("nonsense", "ids"), (str(uuid4()), str(uuid4())), ({}, None, 3), ())
MANY = 500
FAIR_S = 5.0
"""Of a question whose model takes one second."""

LIBFAKETIME = Path("/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1")
TASKS = {
    "ask": "nl2sql.tasks.execute_run",
    "embed": "schema_index.tasks.embed_tenant",
    "sync": "schema_index.tasks.sync_source",
    "evaluate": "nl2sql.tasks.try_model",
}


@pytest.fixture
def fault(deployment: Deployment, table: Table, request: pytest.FixtureRequest) -> Callable[..., None]:
    """Asks, injects, mends, and asks until an answer comes; then everything must have ended well."""
    name = re.sub(r"\W+|_", " ", request.node.name.removeprefix("test_")).strip()

    def run(inject: Callable[[], None], mend: Callable[[], None] = lambda: None, *, lasts_s: float = 0.0) -> None:
        tag = name.replace(" ", "-")
        patience_s = DEADLINE_S + GRACE_S
        _calm(deployment, tag)
        with deployment.people.asking(tag, patience_s=patience_s) as round_:
            _remember_something(deployment, tag)
            time.sleep(UNDER_WAY_S)
            inject()
            time.sleep(lasts_s)
            mend()
            mended = time.monotonic()
            # A worker may end when it loses its broker in the middle of an acknowledgement: Celery gives up then.
            deployment.restart_what_ended()
            recovery_s = _recovery(deployment, tag)
            asked = round_.results(timeout_s=patience_s)
        deployment.restart_what_ended()
        assert_nothing_lost(deployment, asked)
        table.add(name, asked, recovery_s=recovery_s, settled_s=time.monotonic() - mended)

    return run


def _calm(deployment: Deployment, tag: str) -> None:
    """No worker leaves the model alone any more because of the fault before."""
    for attempt in range(20):
        with deployment.others.asking(f"{tag}-before-{attempt}", number=8, patience_s=DEADLINE_S) as round_:
            if {one.outcome for one in round_.results(timeout_s=DEADLINE_S)} == {"completed"}:
                return
    raise AssertionError("not calm before the fault")


def _recovery(deployment: Deployment, tag: str) -> float:
    """Seconds until a question that is asked now is answered, each try being one of its own."""
    started = time.monotonic()
    for attempt in range(1_000):
        if deployment.others.ask(f"{tag}-after-{attempt}", patience_s=5.0).outcome == "completed":
            return time.monotonic() - started
        assert time.monotonic() - started < RECOVERY_S, "no question is answered any more"
        time.sleep(0.1)
    raise AssertionError


def _remember_something(deployment: Deployment, tag: str) -> None:
    """A text to embed: its message is under way when the fault comes."""
    body = {"question": f"What is {tag}?", "answer": "A fault."}
    assert deployment.people.post("/api/v1/knowledge/faq", body)[0] == 201


def test_ask_worker_killed(deployment: Deployment, fault: Callable[..., None]) -> None:
    worker = deployment.querent.workers["ask-1"]
    fault(worker.kill, lambda: worker.start(wait=False))


def test_web_process_killed(deployment: Deployment, fault: Callable[..., None]) -> None:
    web = deployment.querent.web
    fault(web.kill, lambda: web.start(wait=False))


def test_postgresql_crashed(deployment: Deployment, fault: Callable[..., None]) -> None:
    fault(deployment.querent.postgres.crash)


def test_redis_flushed_and_restarted(deployment: Deployment, fault: Callable[..., None]) -> None:
    redis = deployment.querent.redis

    def flush() -> None:
        Redis(port=deployment.querent.ports["redis"]).flushall()
        redis.kill()

    fault(flush, redis.start)


def test_target_database_gone(deployment: Deployment, fault: Callable[..., None]) -> None:
    fault(lambda: deployment.target.stop(mode="immediate"), deployment.target.start, lasts_s=5.0)


def test_target_database_frozen(deployment: Deployment, fault: Callable[..., None]) -> None:
    fault(
        lambda: deployment.freeze_target(frozen=True),
        lambda: deployment.freeze_target(frozen=False),
        lasts_s=6.0,
    )


def test_model_killed(deployment: Deployment, fault: Callable[..., None]) -> None:
    fault(deployment.model.process.kill, deployment.model.process.start, lasts_s=4.0)


@pytest.mark.parametrize(
    ("kind", "seconds", "lasts_s"),
    [("slow", 8.0, 5.0), ("limited", 1.0, 3.0), ("cut", 1.0, 3.0)],
    ids=["slow", "limited", "cut off"],
)
def test_model(deployment: Deployment, fault: Callable[..., None], kind: str, seconds: float, lasts_s: float) -> None:
    """The first questions are under way when it begins: others follow in the middle of it."""
    asked: list[Asked] = []

    def during() -> None:
        deployment.model.does(kind, seconds=seconds)
        with deployment.others.asking(f"during-{kind}", patience_s=DEADLINE_S) as others:
            time.sleep(lasts_s)
            deployment.model.does("answer")
            asked.extend(others.results(timeout_s=DEADLINE_S + GRACE_S))

    fault(during)
    assert_nothing_lost(deployment, asked)


def test_disk_full_for_results(deployment: Deployment, fault: Callable[..., None]) -> None:
    """The runs' table is moved to a file system of a few megabytes, and the rest of that is filled."""
    with small_disk(deployment.folder / "small") as disk:
        move_runs(deployment, disk)
        try:
            fault(lambda: fill(disk), lambda: empty(disk), lasts_s=4.0)
        finally:
            move_runs(deployment, None)


def test_clock_jumps(deployment: Deployment, fault: Callable[..., None], table: Table) -> None:
    """Of one machine with a worker: an hour ahead, then an hour behind, then right again. It neither takes others' work
    for left behind, nor keeps its own past its time: leases and deadlines go by the database's clock."""
    if not LIBFAKETIME.exists() and not IN_CI:
        pytest.skip("libfaketime is not installed (Debian: apt-get install faketime)")
    clock = deployment.folder / "clock"
    clock.write_text("+0")
    environment = {
        "LD_PRELOAD": str(LIBFAKETIME),
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_NO_CACHE": "1",
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }
    worker = deployment.querent.worker("jumping", WORKERS["ask-1"], settings=environment)
    worker.start(wait=False)
    try:
        until(lambda: deployment.answers(worker), timeout_s=RECOVERY_S, what="a worker to answer")

        def jump() -> None:
            for offset in ("+3600", "-3600"):
                clock.write_text(offset)
                time.sleep(3)

        fault(jump, lambda: clock.write_text("+0"))
        assert worker.is_running, worker.log.read_text()[-2_000:]
        assert table.lines[-1].outcomes == f"{IN_FLIGHT} completed"
    finally:
        worker.stop()


def test_poisoned_tasks(deployment: Deployment, fault: Callable[..., None]) -> None:
    """Messages that no worker can make sense of, in every queue."""
    pids = {name: worker.pid for name, worker in deployment.querent.workers.items()}

    def poison() -> None:
        with Celery("poison", broker=deployment.querent.broker_url) as app:
            for queue, task in TASKS.items():
                for arguments in POISONS:
                    app.send_task(task, arguments, queue=queue)
                app.send_task("no.such.task", ("x",), queue=queue)

    fault(poison)
    assert {name: worker.pid for name, worker in deployment.querent.workers.items() if worker.is_running} == pids


def test_two_beats(deployment: Deployment, fault: Callable[..., None]) -> None:
    second = deployment.querent.celery("second-beat", "beat", "--pidfile", "")
    try:
        fault(second.start, lasts_s=20.0)
        assert second.is_running
    finally:
        second.kill()


def test_workers_added_and_removed(deployment: Deployment, table: Table) -> None:
    """None of the questions notices: a worker that is asked to end finishes what it has begun."""
    added = [deployment.querent.worker(f"added-{n}", WORKERS["ask-1"]) for n in range(2)]
    started = time.monotonic()
    with deployment.people.asking("scaled", number=3 * IN_FLIGHT, patience_s=DEADLINE_S) as round_:
        for worker in added:
            worker.start(wait=False)
        time.sleep(UNDER_WAY_S)
        deployment.querent.workers["ask-1"].stop()
        asked = round_.results(timeout_s=DEADLINE_S + GRACE_S)
    with deployment.people.asking("scaled", number=3 * IN_FLIGHT, patience_s=DEADLINE_S) as round_:
        time.sleep(UNDER_WAY_S)
        for worker in added:
            worker.stop()
        asked += round_.results(timeout_s=DEADLINE_S + GRACE_S)
    deployment.querent.workers["ask-1"].start(wait=False)
    assert {one.outcome for one in asked} == {"completed"}
    assert_nothing_lost(deployment, asked)
    table.add("workers added and removed", asked, recovery_s=0.0, settled_s=time.monotonic() - started)


def test_a_tenant_asks_hundreds(deployment: Deployment, table: Table) -> None:
    """Another tenant's one question is answered in its usual time, whatever stands before it."""
    with ThreadPoolExecutor(IN_FLIGHT) as pool:
        tags = [f"many-{number}" for number in range(MANY)]
        assert set(pool.map(deployment.people.leave, tags)) == {202}
    with deployment.connect() as connection:
        row = connection.execute("SELECT count(*) FROM nl2sql_run WHERE completed_at IS NULL").fetchone()
    assert row is not None
    assert row[0] > MANY / 4, "most wait"
    one = deployment.others.ask("the-only-one")
    assert (one.outcome, one.seconds < FAIR_S) == ("completed", True), f"{one.seconds:.1f} s"
    settled_s = assert_nothing_lost(deployment, [one])
    table.add(f"another tenant asks {MANY}", [one], recovery_s=one.seconds, settled_s=settled_s)
