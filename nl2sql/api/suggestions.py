"""Questions to begin with, over HTTP."""

from typing import Any

from rest_framework import serializers
from rest_framework.views import APIView

from nl2sql.suggestions.suggest import suggest
from tenants.api.operation import Call, Operation
from tenants.api.strict import Fields, StrictSerializer
from tenants.roles import Permission

MAX_SUGGESTIONS = 24
EXAMPLE = {
    "items": [{"question": "How many orders are there for each status?", "data_source": "shop", "origin": "schema"}]
}


class SuggestionQuerySerializer(StrictSerializer):
    data_source = serializers.SlugField(required=False, max_length=63, help_text="Only of this source.")
    limit = serializers.IntegerField(default=6, min_value=1, max_value=MAX_SUGGESTIONS)


class SuggestionSerializer(serializers.Serializer[Any]):
    question = serializers.CharField()
    data_source = serializers.CharField()
    origin = serializers.ChoiceField(
        choices=["verified", "schema"], help_text="Whether a person vouches for its statement."
    )


class SuggestionListSerializer(serializers.Serializer[Any]):
    items = SuggestionSerializer(many=True)


class SuggestionListView(APIView):
    @Operation(
        "list_suggestions",
        "Questions that can be answered to you, proven by writing and checking their statements",
        tag="Questions",
        needs=Permission.ASK,
        query=SuggestionQuerySerializer,
        gives=SuggestionListSerializer,
        wrong=["not_found"],
        shows={"A count": EXAMPLE},
    )
    def get(self, call: Call) -> Fields:
        return {"items": SuggestionSerializer(suggest(call.principal, **call.query), many=True).data}
