"""The address `/mcp` beside the site: the Model Context Protocol over HTTP, one POST an exchange, without sessions.

Django's middleware does not stand before it, so host, origin, size, key and request id are looked at here.
"""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.core.handlers.asgi import ASGIRequest
from django.db import connections
from django.http import HttpRequest, HttpResponse
from django.http.request import split_domain_port, validate_host
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from nl2sql.mcp.server import CALLER, MAX_AT_ONCE, SERVER
from nl2sql.mcp.tool import Caller
from tenants import api_keys
from tenants.api.authentication import bearer
from tenants.api.parser import MAX_BODY_BYTES
from tenants.cancellation import Cancellation
from tenants.domain_error import DomainError
from tenants.middleware import HEADER, request_id_of
from tenants.principal import Principal
from tenants.request_limits import RateLimited

PATH = "/mcp"

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]
Refuse = Callable[[HttpRequest, DomainError], HttpResponse]
"""An error as the API tells it."""


class HostRefused(DomainError):
    """The request names a host that this installation does not answer to: add it to ALLOWED_HOSTS."""

    code = "invalid_request"


class OriginRefused(DomainError):
    """A page of another site calls: only programs, and pages of the allowed hosts, may."""

    code = "origin_refused"


class MethodRefused(DomainError):
    """There are no sessions to listen to or to end: send a POST."""

    code = "method_not_allowed"


class BodyTooLarge(DomainError):
    """The largest valid call is far smaller: send less."""

    code = "payload_too_large"


class ClientGone(Exception):
    """The client left before its request was whole."""


def beside(site: Application, *, refuse: Refuse) -> Application:
    """`site` with the door for agents at PATH."""
    at_work = 0

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        nonlocal at_work
        if scope["type"] != "http" or scope["path"] != PATH:
            await site(scope, receive, send)
            return
        request = ASGIRequest(dict(scope), BytesIO())
        request_id = request_id_of(request.META.get("HTTP_X_REQUEST_ID", ""))
        request.META["HTTP_X_REQUEST_ID"] = request_id
        at_work += 1
        try:
            with structlog.contextvars.bound_contextvars(request_id=request_id):
                caller = await _admitted(request, at_work=at_work)
                await _exchange(scope, await _body(receive), receive, _echoing(send, request_id), caller)
        except DomainError as error:
            await _answer(refuse(request, error), send)
        except ClientGone:
            return
        finally:
            at_work -= 1

    return application


async def _admitted(request: ASGIRequest, *, at_work: int) -> Caller:
    """Raises the DomainError that the door answers with."""
    _check_addresses(request)
    if request.method != "POST":
        raise MethodRefused("Send a POST: there are no sessions to listen to or to end.")
    if at_work > MAX_AT_ONCE:
        raise RateLimited("Too many agents are at work here. Wait a moment.", limit=MAX_AT_ONCE, retry_after=1)
    key = bearer(request)
    if key is None:
        raise api_keys.Unauthenticated("Send an API key: `Authorization: Bearer <key>`.")
    principal = await sync_to_async(_authenticated, thread_sensitive=False)(key)
    return Caller(principal=principal, request_id=request.META["HTTP_X_REQUEST_ID"])


def _check_addresses(request: ASGIRequest) -> None:
    """A page that got its own name resolved to this machine would else call it from a visitor's browser.

    https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#security-warning
    """
    try:
        request.get_host()
    except DisallowedHost:
        raise HostRefused("This installation does not answer to that host name: see ALLOWED_HOSTS.") from None
    origin = request.headers.get("Origin")
    if origin is not None:
        host, _ = split_domain_port(urlsplit(origin).netloc)
        if not validate_host(host, settings.ALLOWED_HOSTS):
            raise OriginRefused("Pages of that origin may not call this address.")


def _authenticated(key: str) -> Principal:
    try:
        return api_keys.authenticate(key)
    finally:
        connections.close_all()


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        part: bytes = message.get("body", b"")
        body += part
        if len(body) > MAX_BODY_BYTES:
            raise BodyTooLarge(f"A call may have {MAX_BODY_BYTES:,} bytes at most.", max_bytes=MAX_BODY_BYTES)
        if not message.get("more_body", False):
            return body


async def _exchange(scope: Scope, body: bytes, receive: Receive, send: Send, caller: Caller) -> None:
    """One message and its answer. Nothing outlives it, so neither does the library's manager, which is made to be run
    once."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    gone = asyncio.Event()

    async def replay() -> Message:
        if messages:
            return messages.pop()
        await gone.wait()
        return {"type": "http.disconnect"}

    manager = StreamableHTTPSessionManager(app=SERVER, json_response=True, stateless=True)
    watcher = asyncio.create_task(_watch(receive, gone, caller.cancellation))
    try:
        async with manager.run():
            await manager.handle_request({**scope, CALLER: caller}, replay, send)
    finally:
        watcher.cancel()
        with suppress(asyncio.CancelledError):
            await watcher


async def _watch(receive: Receive, gone: asyncio.Event, cancellation: Cancellation) -> None:
    """Who hangs up wants no answer, and has no other way to say so."""
    while (await receive())["type"] != "http.disconnect":
        pass
    gone.set()
    cancellation.cancel()


def _echoing(send: Send, request_id: str) -> Send:
    async def echo(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = [*message.get("headers", []), (HEADER.lower().encode(), request_id.encode())]
            message = {**message, "headers": headers}
        await send(message)

    return echo


async def _answer(response: HttpResponse, send: Send) -> None:
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in response.items()]
    await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": response.content})
