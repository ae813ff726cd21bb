"""A run's events as they happen, as server-sent events (WHATWG HTML, 9.2). Between looks at the database an open stream
holds neither a thread nor a connection."""

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from uuid import UUID

from asgiref.sync import SyncToAsync, sync_to_async
from django.conf import settings
from django.db import connections
from django.http import StreamingHttpResponse

from nl2sql.models import Run
from nl2sql.replies.stream_events import StreamEvent
from nl2sql.running.news import News, news_of
from nl2sql.running.story import Story, story
from nl2sql.running.work_time import GRACE
from tenants.principal import Principal
from tenants.request_limits import RateLimited

MEDIA_TYPE = "text/event-stream"
RECONNECT_MS = 1_000
COMMENT = ": still at work\n\n"
RETRY_AFTER_S = 5

_open: Counter[tuple[UUID, str]] = Counter()
_lock = threading.Lock()


def event_stream(principal: Principal, run: Run, *, after: int) -> StreamingHttpResponse:
    """Raises RateLimited where the caller holds too many open. Ends with the run, or shortly after its deadline."""
    _refuse_too_many(principal)
    response = StreamingHttpResponse(_told(principal, run, after=after), content_type=MEDIA_TYPE)
    response["Cache-Control"] = "no-store"
    # nginx would otherwise hold events back until its buffer is full.
    response["X-Accel-Buffering"] = "no"
    return response


async def _told(principal: Principal, run: Run, *, after: int) -> AsyncIterator[str]:
    await _release_request_thread()
    assert run.deadline_at is not None
    ends_at = time.monotonic() + settings.ENVIRONMENT.ask_deadline_s + 2 * GRACE.total_seconds()
    heartbeat_s = settings.ENVIRONMENT.event_heartbeat_s
    happened = asyncio.Event()
    with _counted(principal), news_of(run.tenant_id, run.id, tell=_hearing(happened)):
        yield f"retry: {RECONNECT_MS}\n\n"
        while time.monotonic() < ends_at:
            happened.clear()
            now = await _look(principal, run.id, after=after)
            if now.events:
                after = now.events[-1].id
                yield "".join(map(_lines, now.events))
            if now.is_over:
                return
            with suppress(TimeoutError):
                await asyncio.wait_for(happened.wait(), heartbeat_s)
            if not happened.is_set():
                yield COMMENT


def _hearing(happened: asyncio.Event) -> Callable[[News], None]:
    """Sets the event, which belongs to this thread's loop, whenever something is new."""
    loop, known = asyncio.get_running_loop(), [News(last=0, is_over=False)]

    def hear(news: News) -> None:
        if news != known[0]:
            known[0] = news
            # A loop that has been closed has nobody who listens.
            with suppress(RuntimeError):
                loop.call_soon_threadsafe(happened.set)

    return hear


async def _look(principal: Principal, run_id: UUID, *, after: int) -> Story:
    return await asyncio.get_running_loop().run_in_executor(None, partial(_looked, principal, run_id, after))


def _looked(principal: Principal, run_id: UUID, after: int) -> Story:
    try:
        return story(principal, run_id, after=after)
    finally:
        connections.close_all()


def _lines(event: StreamEvent) -> str:
    # JSON has no line ends of its own, which would end the field.
    data = json.dumps(event.data, ensure_ascii=False, separators=(",", ":"))
    return f"id: {event.id}\nevent: {event.event}\ndata: {data}\n\n"


async def _release_request_thread() -> None:
    """The thread that Django gave this request, and its database connection, would otherwise last as long as the
    stream. What still comes for the request gets a new one."""
    await sync_to_async(connections.close_all)()
    context = SyncToAsync.thread_sensitive_context.get(None)
    executor = SyncToAsync.context_to_thread_executor.pop(context, None) if context is not None else None
    if executor is not None:
        executor.shutdown(wait=False)


@contextmanager
def _counted(principal: Principal) -> Iterator[None]:
    caller = (principal.tenant_id, principal.actor)
    with _lock:
        _open[caller] += 1
    try:
        yield
    finally:
        with _lock:
            _open[caller] -= 1
            if not _open[caller]:
                del _open[caller]


def _refuse_too_many(principal: Principal) -> None:
    limit = settings.ENVIRONMENT.streams_per_caller
    if _open[(principal.tenant_id, principal.actor)] >= limit:
        raise RateLimited(
            f"Too many open streams: one caller may hold {limit}. Close one, or ask for events as JSON.",
            limit=limit,
            retry_after=RETRY_AFTER_S,
        )
