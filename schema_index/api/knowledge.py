"""FAQ entries and documents over HTTP. No address is ever fetched here: texts and files come with the request."""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from schema_index.api.knowledge_kinds import DOCUMENT, FAQ, WRONG, Kind
from schema_index.api.knowledge_requests import page_of, reader, store, withheld, writer
from schema_index.api.knowledge_serializers import KnowledgeQuerySerializer, entry_address
from schema_index.knowledge import knowledge
from schema_index.knowledge.knowledge import KnowledgeNotFound
from tenants.api.permissions import principal_of
from tenants.api.problems import problems
from tenants.api.strict import read_body, read_query, refuse_parameters
from tenants.context import tenant_transaction

APPROVE = OpenApiExample("Approve it", value={"review_state": "reviewed"}, request_only=True)

MethodT = TypeVar("MethodT", bound=Callable[..., Response])


def _operation(kind: Kind, does: str, **told: Any) -> Callable[[MethodT], MethodT]:
    """How the description of the API tells of what is done to a kind of entry: `does` is add, get, change…"""
    name = f"{does}_{kind.names if does == 'list' else kind.name}"
    described: Callable[[MethodT], MethodT] = extend_schema(
        operation_id=name, tags=["Knowledge"], summary=kind.summaries[does], **told
    )
    return described


def _list_view(kind: Kind) -> type[APIView]:
    class ListView(APIView):
        parser_classes = kind.parsers

        @_operation(
            kind,
            "list",
            parameters=[KnowledgeQuerySerializer],
            responses=kind.page,
        )
        def get(self, request: Request) -> Response:
            principal = reader(request)
            query = read_query(request, KnowledgeQuerySerializer)
            with tenant_transaction(principal.tenant_id):
                found, cursor = page_of(kind.model, query)
                left_out = withheld(found, principal)
                shown = [entry for entry in found if entry.id not in left_out]
                return Response({"items": kind.item(shown, many=True).data, "next": cursor})

        @_operation(
            kind,
            "add",
            request=kind.body,
            responses={201: kind.reply, **kind.wrong},
            examples=[kind.example],
        )
        def post(self, request: Request) -> Response:
            fields = kind.fields(request, partial=False)
            principal = principal_of(request)
            with tenant_transaction(principal.tenant_id):
                entry = kind.model(tenant_id=principal.tenant_id)
                store(entry, fields, principal)
                return Response(kind.reply(entry).data, status=201, headers={"Location": entry_address(entry)})

    return ListView


def _entry_view(kind: Kind) -> type[APIView]:
    class EntryView(APIView):
        parser_classes = kind.parsers

        @_operation(kind, "get", responses={200: kind.reply, **problems(404)})
        def get(self, request: Request, entry_id: UUID) -> Response:
            principal = reader(request)
            refuse_parameters(request)
            with tenant_transaction(principal.tenant_id):
                entry = kind.find(entry_id)
                if withheld([entry], principal):
                    raise KnowledgeNotFound("There is no such entry.")
                return Response(kind.reply(entry).data)

        @_operation(
            kind,
            "replace",
            request=kind.body,
            responses={200: kind.reply, **kind.wrong},
            examples=[kind.example],
        )
        def put(self, request: Request, entry_id: UUID) -> Response:
            return self._changed(request, entry_id, partial=False)

        @_operation(
            kind,
            "change",
            request=kind.part,
            responses={200: kind.reply, **kind.wrong},
            examples=[APPROVE],
        )
        def patch(self, request: Request, entry_id: UUID) -> Response:
            return self._changed(request, entry_id, partial=True)

        @_operation(kind, "delete", responses={204: None, **problems(404)})
        def delete(self, request: Request, entry_id: UUID) -> Response:
            principal = writer(request)
            refuse_parameters(request)
            with tenant_transaction(principal.tenant_id):
                knowledge.delete(kind.find(entry_id), actor=principal.actor)
            return Response(status=204)

        def _changed(self, request: Request, entry_id: UUID, *, partial: bool) -> Response:
            fields = kind.fields(request, partial=partial)
            principal = principal_of(request)
            with tenant_transaction(principal.tenant_id):
                entry = kind.find(entry_id)
                store(entry, fields, principal)
                return Response(kind.reply(entry).data)

    return EntryView


def _restore_view(kind: Kind) -> type[APIView]:
    class RestoreView(APIView):
        @_operation(kind, "restore", request=None, responses={200: kind.reply, **WRONG})
        def post(self, request: Request, entry_id: UUID) -> Response:
            principal = writer(request)
            read_body(request)
            with tenant_transaction(principal.tenant_id):
                entry = kind.find(entry_id, deleted=True)
                knowledge.restore(entry, actor=principal.actor)
                return Response(kind.reply(entry).data)

    return RestoreView


FaqListView, FaqView, FaqRestoreView = _list_view(FAQ), _entry_view(FAQ), _restore_view(FAQ)
DocumentListView, DocumentView = _list_view(DOCUMENT), _entry_view(DOCUMENT)
DocumentRestoreView = _restore_view(DOCUMENT)
