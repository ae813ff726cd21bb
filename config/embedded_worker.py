"""One Celery worker and its beat as threads of this process, for the `memory://` broker: tasks leave the request, not
the process.

Messages of the in-memory queue die with the process, so a worker that starts first asks for all work left undone.
Separate workers do so themselves, when they are ready: the web process starts whether or not their broker is there.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from celery.beat import Scheduler, Service
from celery.worker import WorkController
from celery.worker.consumer import Consumer
from django.conf import settings
from kombu import Connection

from config.celery import app
from nl2sql.tasks import tell_untried
from schema_index.tasks import resume_embedding

STOP_TIMEOUT_S = 10.0

TICK_S = 0.2
"""How long beat and worker rest at most while there is nothing to do, and so how long they take to stop."""


class _Consumer(Consumer):
    """Of an idle queue, Celery's own looks up every two seconds."""

    def connect(self) -> Connection:
        connection = super().connect()
        drain = connection.drain_events

        def drain_soon(*, timeout: float = TICK_S, **options: Any) -> None:
            drain(timeout=min(timeout, TICK_S), **options)

        connection.drain_events = drain_soon  # type: ignore[method-assign]
        return connection


@contextmanager
def embedded_worker() -> Iterator[None]:
    """A worker for as long as the block lasts; nothing at all when a real broker is configured."""
    if not settings.ENVIRONMENT.embedded_worker:
        yield
        return
    worker = WorkController(
        app=app,
        pool="threads",
        concurrency=1,
        consumer_cls=_Consumer,
        without_heartbeat=True,
        without_mingle=True,
        without_gossip=True,
    )
    beat = Service(app, max_interval=TICK_S, scheduler_cls=Scheduler)  # type: ignore[arg-type]  # seconds, any number
    thread = threading.Thread(target=worker.start, name="celery-worker", daemon=True)
    resume_embedding.delay()
    tell_untried.delay()
    thread.start()
    threading.Thread(target=beat.start, name="celery-beat", daemon=True).start()
    try:
        yield
    finally:
        beat.stop(wait=True)
        worker.stop()
        thread.join(STOP_TIMEOUT_S)
