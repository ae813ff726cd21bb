"""One Celery worker and its beat as threads of this process, for the `memory://` broker: tasks leave the request, not
the process.

Messages of the in-memory queue die with the process, so a worker that starts first asks for all work left undone.
Separate workers do so themselves, when they are ready: the web process starts whether or not their broker is there.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from celery.beat import Scheduler, Service
from celery.worker import WorkController
from django.conf import settings

from config.celery import app
from schema_index.tasks import resume_embedding

STOP_TIMEOUT_S = 10.0

BEAT_TICK_S = 0.2
"""How long the beat sleeps at most, and so how long it takes to stop."""


@contextmanager
def embedded_worker() -> Iterator[None]:
    """A worker for as long as the block lasts; nothing at all when a real broker is configured."""
    if not settings.ENVIRONMENT.embedded_worker:
        yield
        return
    worker = WorkController(
        app=app, pool="threads", concurrency=1, without_heartbeat=True, without_mingle=True, without_gossip=True
    )
    beat = Service(app, max_interval=BEAT_TICK_S, scheduler_cls=Scheduler)  # type: ignore[arg-type]  # seconds, any number
    thread = threading.Thread(target=worker.start, name="celery-worker", daemon=True)
    resume_embedding.delay()
    thread.start()
    threading.Thread(target=beat.start, name="celery-beat", daemon=True).start()
    try:
        yield
    finally:
        beat.stop(wait=True)
        worker.stop()
        thread.join(STOP_TIMEOUT_S)
