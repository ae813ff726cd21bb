"""Gives every request an id that its answer, its run, its audit rows and its log lines share."""

import re
from collections.abc import Awaitable, Callable
from uuid import uuid4

import structlog
from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.dispatch import receiver
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django_structlog.signals import bind_extra_request_metadata

HEADER = "X-Request-ID"
_ACCEPTABLE = re.compile(r"[A-Za-z0-9._-]{1,64}")

GetResponse = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


def request_id_of(given: str) -> str:
    """The client's own where it is acceptable, else a new one."""
    return given if _ACCEPTABLE.fullmatch(given) else uuid4().hex


class HeaderMiddleware:
    """Adds to each response, under WSGI and ASGI alike: a subclass says what."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        self.before(request)
        response = self._get_response(request)
        if isinstance(response, HttpResponseBase):
            self.add_to(response, request)
            return response
        return self._added_later(response, request)

    async def _added_later(self, pending: Awaitable[HttpResponseBase], request: HttpRequest) -> HttpResponseBase:
        response = await pending
        self.add_to(response, request)
        return response

    def before(self, request: HttpRequest) -> None:
        """Nothing, unless a subclass says otherwise."""

    def add_to(self, response: HttpResponseBase, request: HttpRequest) -> None:
        raise NotImplementedError


class RequestIdMiddleware(HeaderMiddleware):
    """Takes the client's `X-Request-ID` when it is 1 to 64 plain characters, else makes one; echoes it either way."""

    def before(self, request: HttpRequest) -> None:
        request.META["HTTP_X_REQUEST_ID"] = request_id_of(request.META.get("HTTP_X_REQUEST_ID", ""))

    def add_to(self, response: HttpResponseBase, request: HttpRequest) -> None:
        response[HEADER] = request.META["HTTP_X_REQUEST_ID"]


@receiver(bind_extra_request_metadata)
def _name_in_log_lines(request: HttpRequest, **kwargs: object) -> None:
    structlog.contextvars.bind_contextvars(request_id=request.META["HTTP_X_REQUEST_ID"])
