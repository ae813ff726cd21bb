"""What clients of the verified queries' doors send and get."""

from typing import Any

from rest_framework import serializers

from nl2sql.models import QueryOrigin, QueryState, Rating
from nl2sql.models.verified_query import MAX_QUESTION, MAX_REASON, MAX_SQL
from tenants.api.cursor import PageSerializer
from tenants.api.links import LinksField
from tenants.api.strict import StrictSerializer, TextField

STATES = QueryState.values


class ProposedQuerySerializer(StrictSerializer):
    data_source = serializers.SlugField(required=False, max_length=63, help_text="Slug; the tenant's only one if none.")
    question = TextField(max_length=MAX_QUESTION)
    sql = TextField(max_length=MAX_SQL, help_text="One reading statement in the source's own SQL.")


class ChangedQuerySerializer(StrictSerializer):
    question = TextField(required=False, max_length=MAX_QUESTION, help_text="Makes it a proposal again.")
    sql = TextField(required=False, max_length=MAX_SQL, help_text="Makes it a proposal again.")
    state = serializers.ChoiceField(required=False, choices=STATES)


class VerifiedQueryPageQuerySerializer(PageSerializer):
    data_source = serializers.SlugField(required=False, max_length=63, help_text="Only of this source.")
    state = serializers.ChoiceField(required=False, choices=STATES)


class FeedbackSerializer(StrictSerializer):
    rating = serializers.ChoiceField(choices=Rating.values)
    reason = TextField(required=False, allow_blank=True, default="", max_length=MAX_REASON)


class FeedbackReplySerializer(serializers.Serializer[Any]):
    run_id = serializers.UUIDField()
    rating = serializers.CharField()
    reason = serializers.CharField()
    updated_at = serializers.DateTimeField()


class ParameterSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=["number", "date", "text", "limit"])
    value = serializers.CharField()
    column = serializers.CharField(required=False, help_text="Whose stored values a text parameter takes.")


class VerifiedQueryReplySerializer(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    data_source = serializers.CharField(source="source.slug")
    question = serializers.CharField()
    sql = serializers.CharField()
    parameters = ParameterSerializer(many=True, help_text="What may differ in a question that reuses it.")
    state = serializers.ChoiceField(choices=STATES)
    origin = serializers.ChoiceField(choices=QueryOrigin.values)
    author = serializers.CharField()
    curator = serializers.CharField(help_text="Who decided last; empty of a proposal.")
    decided_at = serializers.DateTimeField(allow_null=True)
    stale_reason = serializers.CharField(help_text="Why it is not used for the time being; empty otherwise.")
    stale_at = serializers.DateTimeField(allow_null=True)
    created_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()
    links = LinksField("/api/v1/verified-queries/{0.id}".format)
