"""A run in a list: without what it answered, which a policy may keep from the caller by now."""

from typing import Any

from rest_framework import serializers

from nl2sql.models import RunStatus
from nl2sql.runs import run_address
from tenants.api.links import LinksField


class RunItemSerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    conversation_id = serializers.UUIDField()
    question = serializers.CharField()
    data_source = serializers.CharField(source="source_slug")
    status = serializers.ChoiceField(choices=RunStatus.values)
    created_at = serializers.DateTimeField()
    completed_at = serializers.DateTimeField(allow_null=True)
    links = LinksField(run_address)
