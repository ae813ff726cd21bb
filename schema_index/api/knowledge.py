"""FAQ entries and documents over HTTP. No address is ever fetched here: texts and files come with the request."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from rest_framework.views import APIView

from schema_index.api.knowledge_kinds import DOCUMENT, FAQ, WRONG, Kind
from schema_index.api.knowledge_requests import page_of_entries, store, withheld
from schema_index.api.knowledge_serializers import KnowledgeQuerySerializer
from schema_index.knowledge import knowledge
from schema_index.knowledge.knowledge import KnowledgeNotFound
from schema_index.models import Document, FaqEntry
from tenants.api.cursor import Page
from tenants.api.operation import Call, Operation
from tenants.roles import Permission

READERS = (Permission.READ_SCHEMA, Permission.MANAGE_KNOWLEDGE)
"""Whoever may write may read what they wrote."""


def _operation(kind: Kind, does: str, **told: Any) -> Operation:
    """How `Operation` is told of what is done to a kind of entry: `does` is add, get, change…"""
    name = f"{does}_{kind.names if does == 'list' else kind.name}"
    wrong = () if does in ("list", "get", "delete") else kind.wrong
    needs = told.pop("needs", Permission.MANAGE_KNOWLEDGE)
    return Operation(
        name, kind.summaries[does], tag="Knowledge", needs=needs, in_scope=True, **{"wrong": wrong, **told}
    )


def _list_view(kind: Kind) -> type[APIView]:
    class ListView(APIView):
        parser_classes = kind.parsers

        @_operation(kind, "list", needs=READERS, query=KnowledgeQuerySerializer, gives=kind.page)
        def get(self, call: Call) -> Page[FaqEntry | Document]:
            page = page_of_entries(kind.model, call.query)
            left_out = withheld(page.items, call.principal)
            return replace(page, items=[entry for entry in page.items if entry.id not in left_out])

        @_operation(
            kind,
            "add",
            body=kind.body,
            read=partial(kind.fields, partial=False),
            gives=kind.reply,
            status=201,
            sends=kind.example,
        )
        def post(self, call: Call) -> FaqEntry | Document:
            return store(kind.model(tenant_id=call.principal.tenant_id), call.body, call.principal)

    return ListView


def _entry_view(kind: Kind) -> type[APIView]:
    class EntryView(APIView):
        parser_classes = kind.parsers

        @_operation(kind, "get", needs=READERS, gives=kind.reply)
        def get(self, call: Call, entry_id: UUID) -> FaqEntry | Document:
            entry = kind.find(entry_id)
            if withheld([entry], call.principal):
                raise KnowledgeNotFound("There is no such entry.")
            return entry

        @_operation(
            kind,
            "replace",
            body=kind.body,
            read=partial(kind.fields, partial=False),
            gives=kind.reply,
            sends=kind.example,
        )
        def put(self, call: Call, entry_id: UUID) -> FaqEntry | Document:
            return store(kind.find(entry_id), call.body, call.principal)

        @_operation(
            kind,
            "change",
            body=kind.part,
            read=partial(kind.fields, partial=True),
            gives=kind.reply,
            sends={"Approve it": {"review_state": "reviewed"}},
        )
        def patch(self, call: Call, entry_id: UUID) -> FaqEntry | Document:
            return store(kind.find(entry_id), call.body, call.principal)

        @_operation(kind, "delete")
        def delete(self, call: Call, entry_id: UUID) -> None:
            knowledge.delete(kind.find(entry_id), actor=call.principal.actor)

    return EntryView


def _restore_view(kind: Kind) -> type[APIView]:
    class RestoreView(APIView):
        @_operation(kind, "restore", gives=kind.reply, wrong=WRONG)
        def post(self, call: Call, entry_id: UUID) -> FaqEntry | Document:
            entry = kind.find(entry_id, deleted=True)
            knowledge.restore(entry, actor=call.principal.actor)
            return entry

    return RestoreView


FaqListView, FaqView, FaqRestoreView = _list_view(FAQ), _entry_view(FAQ), _restore_view(FAQ)
DocumentListView, DocumentView = _list_view(DOCUMENT), _entry_view(DOCUMENT)
DocumentRestoreView = _restore_view(DOCUMENT)
