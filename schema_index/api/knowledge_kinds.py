"""What tells the doors of FAQ entries from those of documents."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from rest_framework.parsers import BaseParser
from rest_framework.request import Request

from schema_index.api.knowledge_parsers import DocumentJsonParser, DocumentUploadParser
from schema_index.api.knowledge_requests import document_fields, faq_fields
from schema_index.api.knowledge_serializers import (
    DocumentItemSerializer,
    DocumentReplySerializer,
    DocumentSerializer,
    DocumentUploadSerializer,
    EntryReplySerializer,
    FaqReplySerializer,
    FaqSerializer,
)
from schema_index.knowledge import knowledge
from schema_index.models import Document, FaqEntry
from tenants.api.cursor import PageReplySerializer, page_of
from tenants.api.parser import BoundedJsonParser
from tenants.api.strict import Fields

WRONG = ("not_found", "already_exists")


class ReadFields(Protocol):
    def __call__(self, request: Request, *, partial: bool) -> Fields: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """`name` and `names` end the operations' ids, and `summaries` are by what these do. `fields` reads a body like
    `body`, or, of which parts may be left out, `part`; `wrong` are the errors of whatever writes; lists show `item`s,
    all else a `reply`."""

    model: type[FaqEntry] | type[Document]
    name: str
    names: str
    summaries: Mapping[str, str]
    fields: ReadFields
    body: Any
    part: Any
    item: type[EntryReplySerializer]
    reply: type[EntryReplySerializer]
    page: type[PageReplySerializer]
    example: Mapping[str, Any]
    wrong: Sequence[str]
    parsers: Sequence[type[BaseParser]] = (BoundedJsonParser,)

    def find(self, entry_id: UUID, *, deleted: bool = False) -> FaqEntry | Document:
        """Raises KnowledgeNotFound."""
        find: Callable[..., FaqEntry | Document] = knowledge.find
        return find(self.model, entry_id, deleted=deleted)


FAQ = Kind(
    model=FaqEntry,
    name="faq",
    names="faq",
    summaries={
        "list": "FAQ entries, newest first",
        "add": "Add an FAQ entry",
        "get": "One FAQ entry",
        "replace": "Replace an FAQ entry; what is left out gets its default",
        "change": "Change parts of an FAQ entry",
        "delete": "Delete an FAQ entry; it can be restored",
        "restore": "Bring a deleted FAQ entry back",
    },
    fields=faq_fields,
    wrong=WRONG,
    body=FaqSerializer,
    part=FaqSerializer(partial=True),
    item=FaqReplySerializer,
    reply=FaqReplySerializer,
    page=page_of("FaqPage", FaqReplySerializer),
    example={
        "A definition": {
            "question": "What is net revenue?",
            "answer": "The sum of orders.total less refunds, without cancelled orders.",
            "data_source": "shop",
            "metadata": {"team": "finance"},
            "review_state": "reviewed",
        }
    },
)
DOCUMENT = Kind(
    model=Document,
    name="document",
    names="documents",
    summaries={
        "list": "Documents without their texts, newest first",
        "add": "Add a document, as text or as a file",
        "get": "One document with its text",
        "replace": "Replace a document, by text or by a file",
        "change": "Change parts of a document",
        "delete": "Delete a document; it can be restored",
        "restore": "Bring a deleted document back",
    },
    fields=document_fields,
    body={"application/json": DocumentSerializer, "multipart/form-data": DocumentUploadSerializer},
    part={"application/json": DocumentSerializer(partial=True), "multipart/form-data": DocumentUploadSerializer},
    item=DocumentItemSerializer,
    reply=DocumentReplySerializer,
    page=page_of("DocumentPage", DocumentItemSerializer),
    example={
        "A page of a handbook": {
            "title": "Revenue",
            "text": "# Net revenue\nGross less refunds.",
            "metadata": {"team": "finance"},
        }
    },
    wrong=(*WRONG, "document_unreadable"),
    parsers=(DocumentJsonParser, DocumentUploadParser),
)
