"""A caller's own conversations over HTTP."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from nl2sql.api.run_items import RunItemSerializer
from nl2sql.models import Conversation
from nl2sql.running import conversations
from nl2sql.running.conversations import MAX_SEARCH, MAX_TITLE
from tenants.api.cursor import PageReplySerializer, PageSerializer
from tenants.api.newest_first import newest_first
from tenants.api.permissions import principal_of
from tenants.api.problems import problems
from tenants.api.strict import StrictSerializer, TextField, read_body, read_query, refuse_parameters
from tenants.context import tenant_transaction
from tenants.roles import Permission

TAGS = ["Conversations"]


class ConversationPageQuerySerializer(PageSerializer):
    q = TextField(required=False, max_length=MAX_SEARCH, help_text="Found in titles and questions.")


class RenamedSerializer(StrictSerializer):
    title = TextField(required=False, max_length=MAX_TITLE)


class ConversationItemSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    title = serializers.CharField(help_text="The first question's beginning, unless renamed.")
    created_at = serializers.DateTimeField()
    last_run_at = serializers.DateTimeField(allow_null=True)
    run_count = serializers.IntegerField()
    links = serializers.DictField(child=serializers.CharField())


class ConversationPageSerializer(PageReplySerializer):
    items = ConversationItemSerializer(many=True)


class ConversationSerializer(ConversationItemSerializer):
    runs = RunItemSerializer(many=True, help_text="Newest first; each one's `links.self` gives its answer.")
    next = serializers.CharField(allow_null=True, help_text="`cursor` of the next page of runs; null on the last.")


class ConversationListView(APIView):
    @extend_schema(
        operation_id="list_conversations",
        tags=TAGS,
        summary="Your own conversations, newest first",
        parameters=[ConversationPageQuerySerializer],
        responses={200: ConversationPageSerializer, **problems(400, 401, 403)},
    )
    def get(self, request: Request) -> Response:
        principal = principal_of(request)
        query = read_query(request, ConversationPageQuerySerializer)
        with tenant_transaction(principal.tenant_id):
            found, cursor = newest_first(conversations.own(principal, search=query.get("q", "")), query)
            return Response({"items": [_item(one) for one in found], "next": cursor})


class ConversationView(APIView):
    @extend_schema(
        operation_id="get_conversation",
        tags=TAGS,
        summary="One of your conversations, with its runs",
        parameters=[PageSerializer],
        responses={200: ConversationSerializer, **problems(400, 401, 403, 404)},
    )
    def get(self, request: Request, conversation_id: UUID) -> Response:
        principal = principal_of(request)
        query = read_query(request, PageSerializer)
        with tenant_transaction(principal.tenant_id):
            conversation = conversations.find(principal, conversation_id)
            runs, cursor = newest_first(conversations.runs_of(conversation), query)
            shown = RunItemSerializer(runs, many=True).data
            return Response({**_item(conversation), "runs": shown, "next": cursor})

    @extend_schema(
        operation_id="rename_conversation",
        tags=TAGS,
        summary="Rename one of your conversations",
        request=RenamedSerializer,
        responses={200: ConversationItemSerializer, **problems(400, 401, 403, 404, 413, 415)},
        examples=[OpenApiExample("A title", value={"title": "Revenue for the board"}, request_only=True)],
    )
    def patch(self, request: Request, conversation_id: UUID) -> Response:
        principal = principal_of(request, needs=Permission.ASK)
        sent = read_body(request, RenamedSerializer)
        with tenant_transaction(principal.tenant_id):
            conversation = conversations.find(principal, conversation_id)
            if "title" in sent:
                conversation = conversations.rename(principal, conversation_id, title=sent["title"])
            return Response(_item(conversation))

    @extend_schema(
        operation_id="delete_conversation",
        tags=TAGS,
        summary="Delete one of your conversations with its runs",
        responses={204: None, **problems(400, 401, 403, 404, "in_progress")},
    )
    def delete(self, request: Request, conversation_id: UUID) -> Response:
        principal = principal_of(request)
        refuse_parameters(request)
        with tenant_transaction(principal.tenant_id):
            conversations.delete(principal, conversation_id)
        return Response(status=204)


def _item(conversation: Conversation) -> dict[str, Any]:
    return {
        "id": str(conversation.id),
        "title": conversation.title,
        "created_at": conversation.created_at,
        "last_run_at": getattr(conversation, "last_run_at", None),
        "run_count": getattr(conversation, "run_count", 0),
        "links": {"self": f"/api/v1/conversations/{conversation.id}"},
    }
