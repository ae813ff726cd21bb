"""An operation of the API as one statement: who may, what is read, what is answered. By it requests are let in, read
and answered, and the description of the API is written."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import KW_ONLY, dataclass, field
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec

from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from tenants.api.permissions import principal_of
from tenants.api.strict import Fields, NoParameters, StrictSerializer, read_body, read_query
from tenants.context import tenant_transaction
from tenants.principal import Principal
from tenants.roles import Permission

P = ParamSpec("P")

WITH_BODY = ("post", "put", "patch")

WRONG = "x-wrong"
"""Where the description has an operation's own codes until `config.openapi` writes its errors."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that was let in. `query` and `body` are as their serializers read them, empty where there is none."""

    request: Request
    principal: Principal
    query: Fields
    body: Fields


Method = Callable[Concatenate[Any, Call, P], Any]
Handler = Callable[Concatenate[Any, Request, P], HttpResponseBase]


@dataclass(frozen=True, slots=True)
class Operation:
    """Stands over a view's method, named as HTTP's is; what the method returns is shown by `gives`, unless it is a dict
    or a response already. Without `gives` there is nothing to show: 204.

    Any permission of `needs` is enough. `in_scope` opens the tenant's transaction around the method and its reply:
    never where it waits for a model or a target. `query` None leaves the parameters to the method; `read` reads what
    `body`, which is told, cannot alone. `sends` and `shows` are examples by their names. `wrong` are codes of
    errors beside those that `config.openapi` adds to all of a kind.
    """

    name: str
    summary: str
    _: KW_ONLY
    tag: str
    needs: Permission | tuple[Permission, ...]
    in_scope: bool = False
    query: type[StrictSerializer] | None = NoParameters
    body: Any = None
    read: Callable[[Request], Fields] | None = None
    gives: Any = None
    status: int = 200
    says: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    wrong: Sequence[str] = ()
    parameters: Sequence[Any] = ()
    responses: Mapping[Any, Any] = field(default_factory=dict)
    sends: Mapping[str, Any] = field(default_factory=dict)
    shows: Mapping[str, Any] = field(default_factory=dict)

    @property
    def scopes(self) -> tuple[Permission, ...]:
        return self.needs if isinstance(self.needs, tuple) else (self.needs,)

    def __call__(self, method: Method[P]) -> Handler[P]:
        read_sent = self.read or partial(read_body, kind=self.body or NoParameters)

        @self._described
        @wraps(method)
        def handle(view: Any, request: Request, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            principal = principal_of(request)
            if principal.permissions.isdisjoint(self.scopes):
                principal.require(self.scopes[0])
            query = {} if self.query is None else read_query(request, self.query)
            body = read_sent(request) if method.__name__ in WITH_BODY else {}
            call = Call(request=request, principal=principal, query=query, body=body)
            with tenant_transaction(principal.tenant_id) if self.in_scope else nullcontext():
                found = method(view, call, *args, **kwargs)
                return found if isinstance(found, HttpResponseBase) else self._shown(found)

        return handle

    def _described(self, handle: Handler[P]) -> Handler[P]:
        reply = OpenApiResponse(self.gives, description=self.says) if self.says else self.gives
        parameters = [] if self.query in (None, NoParameters) else [self.query]
        described: Handler[P] = extend_schema(
            operation_id=self.name,
            tags=[self.tag],
            summary=self.summary,
            auth=[*({"apiKey": [scope.value]} for scope in self.scopes), {"session": []}],  # type: ignore[list-item]  # as OpenAPI has it
            parameters=self.parameters or parameters,
            request=self.body,
            responses=dict(self.responses) or {self.status if self.gives else 204: reply},
            extensions={WRONG: list(self.wrong)},
            examples=list(self._examples()),
        )(handle)
        return described

    def _examples(self) -> Iterator[OpenApiExample]:
        kind = "application/json" if isinstance(self.body, dict) else None
        for name, value in self.sends.items():
            yield OpenApiExample(name, value=value, request_only=True, media_type=kind)
        for name, value in self.shows.items():
            yield OpenApiExample(name, value=value, response_only=True, status_codes=[str(self.status)])

    def _shown(self, found: Any) -> Response:
        if self.gives is None:
            return Response(status=204)
        data = found if isinstance(found, dict) else self.gives(found).data
        location = {"Location": data["links"]["self"]} if self.status in (201, 202) and "links" in data else {}
        return Response(data, status=self.status, headers={**location, **self.headers})
