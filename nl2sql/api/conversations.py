"""A caller's own conversations over HTTP."""

from functools import partial
from typing import Any
from uuid import UUID

from rest_framework import serializers
from rest_framework.views import APIView

from nl2sql.api.serializers import RunItemSerializer
from nl2sql.models import Conversation
from nl2sql.running import conversations
from nl2sql.running.conversations import MAX_SEARCH, MAX_TITLE
from tenants.api.cursor import Page, PageSerializer, page_of
from tenants.api.links import LinksField
from tenants.api.newest_first import newest_first
from tenants.api.operation import Call, Operation
from tenants.api.strict import Fields, StrictSerializer, TextField
from tenants.roles import Permission


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
    links = LinksField("/api/v1/conversations/{0.id}".format)


class ConversationSerializer(ConversationItemSerializer):
    runs = RunItemSerializer(many=True, help_text="Newest first; each one's `links.self` gives its answer.")
    next = serializers.CharField(allow_null=True, help_text="`cursor` of the next page of runs; null on the last.")


_operation = partial(Operation, tag="Conversations", needs=Permission.ASK, in_scope=True)


class ConversationListView(APIView):
    @_operation(
        "list_conversations",
        "Your own conversations, newest first",
        query=ConversationPageQuerySerializer,
        gives=page_of("ConversationPage", ConversationItemSerializer),
    )
    def get(self, call: Call) -> Page[Conversation]:
        return newest_first(conversations.own(call.principal, search=call.query.get("q", "")), call.query)


class ConversationView(APIView):
    @_operation(
        "get_conversation",
        "One of your conversations, with its runs",
        query=PageSerializer,
        gives=ConversationSerializer,
    )
    def get(self, call: Call, conversation_id: UUID) -> Fields:
        conversation = conversations.find(call.principal, conversation_id)
        page = newest_first(conversations.runs_of(conversation), call.query)
        runs = RunItemSerializer(page.items, many=True).data
        return {**ConversationItemSerializer(conversation).data, "runs": runs, "next": page.next}

    @_operation(
        "rename_conversation",
        "Rename one of your conversations",
        body=RenamedSerializer,
        gives=ConversationItemSerializer,
        sends={"A title": {"title": "Revenue for the board"}},
    )
    def patch(self, call: Call, conversation_id: UUID) -> Conversation:
        if "title" in call.body:
            return conversations.rename(call.principal, conversation_id, title=call.body["title"])
        return conversations.find(call.principal, conversation_id)

    @_operation("delete_conversation", "Delete one of your conversations with its runs", wrong=["in_progress"])
    def delete(self, call: Call, conversation_id: UUID) -> None:
        conversations.delete(call.principal, conversation_id)
