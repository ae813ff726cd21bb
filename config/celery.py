"""The Celery application: `celery -A config worker` for separate workers, a thread of the process by default."""

import os
from collections.abc import Callable
from typing import Any

from celery import Celery
from celery.bootsteps import StartStopStep
from celery.concurrency import get_implementation
from celery.concurrency.prefork import TaskPool
from celery.signals import celeryd_init, setup_logging, worker_init, worker_shutdown

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

SPARE_CONNECTIONS = 20

app = Celery("querent")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@celeryd_init.connect(dispatch_uid="config.celery")
def _refuse_to_start_unready(options: dict[str, Any] | None = None, **_: Any) -> None:
    """Of the command only. SystemExit passes through Celery's signals, which swallow every other exception."""
    from config.connection_pool import share_connections  # noqa: PLC0415  it needs the settings
    from config.startup import (  # noqa: PLC0415  likewise
        ensure_database_server,
        refuse_unready_database,
        refuse_untried_state,
    )

    if options and str(getattr(options.get("pool"), "__module__", "")).endswith(".thread"):
        # Beside the tasks, threads of our own look after their runs.
        share_connections(at_once=2 * int(options.get("concurrency") or 0) + SPARE_CONNECTIONS)
    ensure_database_server()
    refuse_unready_database()
    refuse_untried_state()


@setup_logging.connect(dispatch_uid="config.logs")
def _leave_logging_alone(**_: Any) -> None:
    """LOG_LEVEL and LOG_JSON hold in workers as everywhere: without this, Celery sets levels of its own."""


@worker_init.connect(dispatch_uid="config.metrics")
def _serve_metrics(sender: Any, **_: Any) -> None:
    from config.metrics import serve_metrics  # noqa: PLC0415  it needs the settings

    serve_metrics(forks=issubclass(get_implementation(sender.pool_cls), TaskPool))


@worker_init.connect(dispatch_uid="config.tracing")
def _start_tracing(**_: Any) -> None:
    from config.tracing import start_tracing  # noqa: PLC0415  it needs the settings

    # In the process that forks the others: the library's thread is started again in each.
    worker_shutdown.connect(_ended(start_tracing(service="querent-worker")), weak=False)


@worker_init.connect(dispatch_uid="config.warm_up")
def _warm_up(sender: Any, **_: Any) -> None:
    """Of a worker of threads, which takes many questions as soon as it is up. What forks loads it in each process."""
    from config.warm_up import warm_up  # noqa: PLC0415  it needs the settings

    if not issubclass(get_implementation(sender.pool_cls), TaskPool):
        warm_up()


def _ended(stop: Callable[[], None]) -> Callable[..., None]:
    return lambda **_: stop()


class _Resume(StartStopStep):
    """Whenever a worker has come to its broker, at its start or after the broker's: messages may be gone, or lie with a
    worker that was killed, invisible to others for half an hour; their work need not wait."""

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def start(self, parent: Any) -> None:
        app.send_task("schema_index.tasks.resume_embedding")
        app.send_task("nl2sql.tasks.tell_untried")


app.steps["consumer"].add(_Resume)
