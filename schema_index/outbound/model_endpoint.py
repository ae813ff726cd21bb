"""One bounded call to an OpenAI-compatible endpoint, for embeddings and for language models alike.

The client's own retries are off, because each caller knows its deadline and we report each attempt; its parsing is
bypassed, because it builds objects without checking them.
"""

import email.utils
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal, Protocol

import httpx2
import openai

from schema_index.outbound.folder_endpoint import UNANSWERED, FolderTransport, folder_of, is_folder
from schema_index.outbound.pinned_transport import PinnedTransport
from tenants.cancellation import NEVER, Cancellation
from tenants.until_cancelled import until_cancelled

Kind = Literal[
    "timeout", "unreachable", "busy", "failing", "exhausted", "key", "unknown", "rejected", "too_large", "unanswered"
]
"""unknown: no such address or model; rejected: the request itself; busy, failing: 429, 5xx; exhausted: no credit;
unanswered: the request was left in a folder, and nobody has answered it yet."""

TRANSIENT: frozenset[Kind] = frozenset({"timeout", "unreachable", "busy", "failing"})
"""The same call may succeed later."""

_CONNECT_TIMEOUT_S = 10.0
_MAX_REPLY_BYTES = 32_000_000
"""64 vectors of 4,096 floats as text are about 6 MB."""
_MAX_DETAIL = 2_000
_KIND_OF_STATUS: dict[int, Kind] = {
    401: "key",
    402: "exhausted",
    403: "key",
    404: "unknown",
    408: "timeout",
    409: "busy",
    413: "too_large",
    UNANSWERED: "unanswered",
    429: "busy",
}


class EndpointProblem(Exception):
    """The call gave no reply. `detail` is the endpoint's own text: for deciding, never for showing."""

    def __init__(
        self, kind: Kind, *, status: int | None = None, retry_after_s: float | None = None, detail: str = ""
    ) -> None:
        super().__init__(kind)
        self.kind = kind
        self.status = status
        self.retry_after_s = retry_after_s
        self.detail = detail


class _Raw(Protocol):
    """What every `with_raw_response` call of the client gives."""

    @property
    def text(self) -> str: ...


def open_endpoint(
    base_url: str, *, api_key: str, timeout_s: float, address: str = "", cancellation: Cancellation = NEVER
) -> openai.OpenAI:
    """A client to be used in a `with`, which closes its connections. Each request ends within twice its timeout, and
    at once when it is cancelled: the endpoint sees the connection closed.

    A `file:` address is a folder in the place of an endpoint (`folder_endpoint`). With an `address`, connections go
    there and nowhere else: no name is resolved, no proxy used, no redirect followed.

    Raises EndpointProblem("key") for a key that cannot be sent. An empty key is fine: local servers need none.
    """
    key = api_key.strip()
    if not (key.isascii() and key.isprintable()) or " " in key:
        raise EndpointProblem("key")
    timeout = httpx2.Timeout(timeout_s, connect=min(_CONNECT_TIMEOUT_S, timeout_s))
    transport: httpx2.BaseTransport | None = (
        PinnedTransport(address, verify=_trusted_authorities()) if address else None
    )
    if not address and is_folder(base_url):
        base_url, transport = "http://folder.invalid/v1", FolderTransport(folder_of(base_url))
    return openai.OpenAI(
        base_url=base_url,
        api_key=key or "none",
        timeout=timeout,
        max_retries=0,
        http_client=_BoundedClient(
            cancellation, follow_redirects=not address, transport=transport, verify=_trusted_authorities()
        ),
        # A compressed reply would pass the byte bound first and be unpacked after.
        default_headers={"Accept-Encoding": "identity"},
    )


@cache
def _trusted_authorities() -> ssl.SSLContext:
    """The library's own choice of them. Reading them takes 10 ms and more, so that is done once a process."""
    return httpx2.create_ssl_context()


def call(send: Callable[[], _Raw], *, cancellation: Cancellation = NEVER) -> str:
    """The text of the reply to `send`, a `with_raw_response` call. Raises EndpointProblem, or Cancelled."""
    try:
        return until_cancelled(lambda: send().text, cancellation=cancellation)
    except openai.APITimeoutError:
        raise EndpointProblem("timeout") from None
    except openai.APIStatusError as error:
        raise _problem(error) from None
    except (openai.APIConnectionError, httpx2.TransportError, httpx2.InvalidURL):
        raise EndpointProblem("unreachable") from None


def _problem(error: openai.APIStatusError) -> EndpointProblem:
    status = error.status_code
    kind: Kind = _KIND_OF_STATUS.get(status) or ("failing" if status >= 500 else "rejected")
    if 300 <= status < 400:  # a redirect that was not followed
        kind = "unknown"
    if status == 429 and error.code == "insufficient_quota":  # OpenAI's name for an account without credit
        kind = "exhausted"
    return EndpointProblem(
        kind,
        status=status,
        retry_after_s=retry_after_s(error.response.headers.get("retry-after", ""), now=datetime.now(UTC)),
        detail=str(error.body)[:_MAX_DETAIL],
    )


def retry_after_s(header: str, *, now: datetime) -> float | None:
    """Seconds that a Retry-After header (RFC 9110: seconds or a date) asks for; None when it asks for nothing."""
    if header.strip().isdecimal():
        return float(header)
    try:
        moment = email.utils.parsedate_to_datetime(header)
    except (ValueError, IndexError):
        return None
    return max(0.0, (moment.replace(tzinfo=moment.tzinfo or UTC) - now).total_seconds())


class _BoundedClient(httpx2.Client):
    """Bounds a whole reply in time and bytes: the library's own timeout starts anew with every received byte."""

    def __init__(self, cancellation: Cancellation, **options: Any) -> None:
        super().__init__(**options)
        self._cancellation = cancellation
        self._hangup = _Hangup()

    def send(self, request: httpx2.Request, *, stream: bool = False, **options: Any) -> httpx2.Response:
        ends_at = time.monotonic() + float(request.extensions["timeout"]["read"])
        request.extensions["trace"] = self._hangup.trace
        with self._cancellation.on_cancel(self._hangup.now):
            return self._send(request, ends_at=ends_at, stream=stream, **options)

    def close(self) -> None:
        super().close()
        self._hangup.now()

    def _send(self, request: httpx2.Request, *, ends_at: float, stream: bool, **options: Any) -> httpx2.Response:
        response = super().send(request, stream=True, **options)
        if isinstance(response.stream, httpx2.SyncByteStream):
            response.stream = _BoundedStream(response.stream, request=request, ends_at=ends_at)
        if not stream:
            try:
                response.read()
            finally:
                response.close()
        return response


class _Hangup:
    """Shuts the connections of one client down from another thread. To close them would wake nobody who waits for
    them, and send nothing before that wait is over."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_over = False
        self._sockets: list[socket.socket] = []

    def trace(self, name: str, info: dict[str, Any]) -> None:
        """Told by the HTTP library what it does: https://www.encode.io/httpcore/extensions/#trace."""
        if name != "connection.connect_tcp.complete":
            return
        dialled = info["return_value"].get_extra_info("socket")
        # A descriptor of our own, below TLS, which the library does not close.
        duplicate = socket.socket(fileno=os.dup(dialled.fileno()))
        with self._lock:
            self._sockets.append(duplicate)
        if self._is_over:
            self.now()

    def now(self) -> None:
        with self._lock:
            self._is_over = True
            for one in self._sockets:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)
                one.close()
            self._sockets.clear()


class _BoundedStream(httpx2.SyncByteStream):
    def __init__(self, stream: httpx2.SyncByteStream, *, request: httpx2.Request, ends_at: float) -> None:
        self._stream = stream
        self._request = request
        self._ends_at = ends_at

    def __iter__(self) -> Iterator[bytes]:
        received = 0
        for chunk in self._stream:
            received += len(chunk)
            if received > _MAX_REPLY_BYTES:
                raise httpx2.ReadError("The reply is too long.", request=self._request)
            if time.monotonic() > self._ends_at:
                raise httpx2.ReadTimeout("The reply takes too long.", request=self._request)
            yield chunk

    def close(self) -> None:
        self._stream.close()
