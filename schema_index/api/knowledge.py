"""FAQ entries and documents over HTTP. No address is ever fetched here: texts and files come with the request."""

from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from schema_index.api import knowledge_requests as requests
from schema_index.api.knowledge_parsers import DocumentJsonParser, DocumentUploadParser
from schema_index.api.knowledge_serializers import (
    DocumentPageSerializer,
    DocumentReplySerializer,
    DocumentSerializer,
    DocumentUploadSerializer,
    FaqPageSerializer,
    FaqReplySerializer,
    FaqSerializer,
    KnowledgeQuerySerializer,
    document_item,
    document_reply,
    faq_reply,
)
from schema_index.models import Document, FaqEntry
from tenants.api.problems import problems

TAGS = ["Knowledge"]
WRONG = problems(400, 401, 403, 404, 413, 415, "already_exists")
UNREADABLE = problems("document_unreadable")
BODIES = {"application/json": DocumentSerializer, "multipart/form-data": DocumentUploadSerializer}
PARTS = {"application/json": DocumentSerializer(partial=True), "multipart/form-data": DocumentUploadSerializer}

FAQ_EXAMPLE = OpenApiExample(
    "A definition",
    value={
        "question": "What is net revenue?",
        "answer": "The sum of orders.total less refunds, without cancelled orders.",
        "data_source": "shop",
        "metadata": {"team": "finance"},
        "review_state": "reviewed",
    },
    request_only=True,
)
DOCUMENT_EXAMPLE = OpenApiExample(
    "A page of a handbook",
    value={"title": "Revenue", "text": "# Net revenue\nGross less refunds.", "metadata": {"team": "finance"}},
    request_only=True,
    media_type="application/json",
)


class FaqListView(APIView):
    @extend_schema(
        operation_id="list_faq",
        tags=TAGS,
        summary="FAQ entries, newest first",
        parameters=[KnowledgeQuerySerializer],
        responses={200: FaqPageSerializer, **problems(400, 401, 403)},
    )
    def get(self, request: Request) -> Response:
        return requests.page(request, FaqEntry, faq_reply)

    @extend_schema(
        operation_id="add_faq",
        tags=TAGS,
        summary="Add an FAQ entry",
        request=FaqSerializer,
        responses={201: FaqReplySerializer, **WRONG},
        examples=[FAQ_EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        return requests.created(request, FaqEntry(), requests.faq_fields(request), faq_reply)


class FaqView(APIView):
    @extend_schema(
        operation_id="get_faq",
        tags=TAGS,
        summary="One FAQ entry",
        responses={200: FaqReplySerializer, **problems(400, 401, 403, 404)},
    )
    def get(self, request: Request, entry_id: UUID) -> Response:
        return requests.one(request, FaqEntry, entry_id, faq_reply)

    @extend_schema(
        operation_id="replace_faq",
        tags=TAGS,
        summary="Replace an FAQ entry; what is left out gets its default",
        request=FaqSerializer,
        responses={200: FaqReplySerializer, **WRONG},
        examples=[FAQ_EXAMPLE],
    )
    def put(self, request: Request, entry_id: UUID) -> Response:
        return requests.changed(request, FaqEntry, entry_id, requests.faq_fields(request), faq_reply)

    @extend_schema(
        operation_id="change_faq",
        tags=TAGS,
        summary="Change parts of an FAQ entry",
        request=FaqSerializer(partial=True),
        responses={200: FaqReplySerializer, **WRONG},
        examples=[OpenApiExample("Approve it", value={"review_state": "reviewed"}, request_only=True)],
    )
    def patch(self, request: Request, entry_id: UUID) -> Response:
        return requests.changed(request, FaqEntry, entry_id, requests.faq_fields(request, partial=True), faq_reply)

    @extend_schema(
        operation_id="delete_faq",
        tags=TAGS,
        summary="Delete an FAQ entry; it can be restored",
        responses={204: None, **problems(400, 401, 403, 404)},
    )
    def delete(self, request: Request, entry_id: UUID) -> Response:
        return requests.deleted(request, FaqEntry, entry_id)


class FaqRestoreView(APIView):
    @extend_schema(
        operation_id="restore_faq",
        tags=TAGS,
        summary="Bring a deleted FAQ entry back",
        request=None,
        responses={200: FaqReplySerializer, **WRONG},
    )
    def post(self, request: Request, entry_id: UUID) -> Response:
        return requests.restored(request, FaqEntry, entry_id, faq_reply)


class DocumentListView(APIView):
    parser_classes = [DocumentJsonParser, DocumentUploadParser]

    @extend_schema(
        operation_id="list_documents",
        tags=TAGS,
        summary="Documents without their texts, newest first",
        parameters=[KnowledgeQuerySerializer],
        responses={200: DocumentPageSerializer, **problems(400, 401, 403)},
    )
    def get(self, request: Request) -> Response:
        return requests.page(request, Document, document_item)

    @extend_schema(
        operation_id="add_document",
        tags=TAGS,
        summary="Add a document, as text or as a file",
        request=BODIES,
        responses={201: DocumentReplySerializer, **WRONG, **UNREADABLE},
        examples=[DOCUMENT_EXAMPLE],
    )
    def post(self, request: Request) -> Response:
        return requests.created(request, Document(), requests.document_fields(request), document_reply)


class DocumentView(APIView):
    parser_classes = [DocumentJsonParser, DocumentUploadParser]

    @extend_schema(
        operation_id="get_document",
        tags=TAGS,
        summary="One document with its text",
        responses={200: DocumentReplySerializer, **problems(400, 401, 403, 404)},
    )
    def get(self, request: Request, entry_id: UUID) -> Response:
        return requests.one(request, Document, entry_id, document_reply)

    @extend_schema(
        operation_id="replace_document",
        tags=TAGS,
        summary="Replace a document, by text or by a file",
        request=BODIES,
        responses={200: DocumentReplySerializer, **WRONG, **UNREADABLE},
        examples=[DOCUMENT_EXAMPLE],
    )
    def put(self, request: Request, entry_id: UUID) -> Response:
        return requests.changed(request, Document, entry_id, requests.document_fields(request), document_reply)

    @extend_schema(
        operation_id="change_document",
        tags=TAGS,
        summary="Change parts of a document",
        request=PARTS,
        responses={200: DocumentReplySerializer, **WRONG, **UNREADABLE},
        examples=[OpenApiExample("Approve it", value={"review_state": "reviewed"}, request_only=True)],
    )
    def patch(self, request: Request, entry_id: UUID) -> Response:
        return requests.changed(
            request, Document, entry_id, requests.document_fields(request, partial=True), document_reply
        )

    @extend_schema(
        operation_id="delete_document",
        tags=TAGS,
        summary="Delete a document; it can be restored",
        responses={204: None, **problems(400, 401, 403, 404)},
    )
    def delete(self, request: Request, entry_id: UUID) -> Response:
        return requests.deleted(request, Document, entry_id)


class DocumentRestoreView(APIView):
    @extend_schema(
        operation_id="restore_document",
        tags=TAGS,
        summary="Bring a deleted document back",
        request=None,
        responses={200: DocumentReplySerializer, **WRONG},
    )
    def post(self, request: Request, entry_id: UUID) -> Response:
        return requests.restored(request, Document, entry_id, document_reply)
