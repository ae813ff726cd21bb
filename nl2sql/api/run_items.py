"""A run in a list: without what it answered, which a policy may keep from the caller by now."""

from typing import Any

from rest_framework import serializers

from nl2sql.models import Run, RunStatus
from nl2sql.runs import run_address


class RunItemSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    question = serializers.CharField()
    data_source = serializers.CharField()
    status = serializers.ChoiceField(choices=[status.value for status in RunStatus])
    created_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)
    links = serializers.DictField(child=serializers.CharField())


class RunPageSerializer(serializers.Serializer[Any]):
    items = RunItemSerializer(many=True)
    next = serializers.CharField(allow_null=True, help_text="`cursor` of the next page; null on the last.")


def run_item(run: Run) -> dict[str, Any]:
    return {
        "id": str(run.id),
        "conversation_id": str(run.conversation_id),
        "question": run.question,
        "data_source": run.source_slug,
        "status": run.status,
        "created_at": run.created_at,
        "completed_at": run.completed_at,
        "links": {"self": run_address(run)},
    }
