"""Search over HTTP: what of the tenant's schema, FAQ and documents is about some words."""

from typing import Any
from urllib.parse import quote

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.views import APIView

from schema_index.models import ChunkKind
from schema_index.search import SearchRequest, SearchResult, search
from tenants.api.cursor import MAX_CURSOR, Page, cursor_of, page_of, place_of
from tenants.api.links import LinksField
from tenants.api.operation import Call, Operation
from tenants.api.strict import Fields, StrictSerializer, TextField
from tenants.roles import Permission

MAX_QUERY = 2_000
MAX_RESULTS = 50
MAX_FILTERS = 8
METADATA = "metadata."

EXAMPLE = {
    "items": [
        {
            "kind": "table",
            "title": "public.orders",
            "snippet": "One row an order. id, customer_id, placed_at, total",
            "score": 0.032787,
            "similarity": 0.61,
            "why": "similar in meaning (0.61); shares order",
            "data_source": "shop",
            "metadata": {},
            "links": {"self": "/api/v1/data-sources/shop/schema"},
        }
    ],
    "next": None,
}


class SearchQuerySerializer(StrictSerializer):
    q = TextField(min_length=1, max_length=MAX_QUERY, help_text="Words or a question.")
    mode = serializers.ChoiceField(
        choices=["semantic", "keyword", "hybrid"],
        default="hybrid",
        help_text="By meaning, by words, or by both; by words alone, no embedding model is asked.",
    )
    kind = serializers.ListField(
        child=serializers.ChoiceField(choices=ChunkKind.values),
        default=list,
        help_text="Give it several times for several kinds; all without it.",
    )
    data_source = serializers.SlugField(
        required=False, max_length=63, help_text="Only this source, and knowledge about the whole tenant."
    )
    limit = serializers.IntegerField(default=10, min_value=1, max_value=MAX_RESULTS)
    cursor = TextField(required=False, max_length=MAX_CURSOR, help_text="`next` of the page before.")
    metadata = serializers.DictField(child=TextField(max_length=200), default=dict)

    def validate_metadata(self, value: dict[str, str]) -> dict[str, str]:
        if len(value) > MAX_FILTERS:
            raise serializers.ValidationError(f"At most {MAX_FILTERS} filters.")
        return value


def _address(result: SearchResult) -> str:
    if result.kind == ChunkKind.TABLE:
        return f"/api/v1/data-sources/{result.data_source}/schema"
    folder = "faq" if result.kind == ChunkKind.FAQ else "documents"
    return f"/api/v1/knowledge/{folder}/{quote(result.key, safe='')}"


class SearchResultSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=ChunkKind.values)
    title = serializers.CharField()
    snippet = serializers.CharField(help_text="Stored text around the first shared word, at most 240 characters.")
    score = serializers.FloatField(help_text="Orders the results of this search; more is better.")
    similarity = serializers.FloatField(allow_null=True, help_text="Cosine; null where words alone found it.")
    why = serializers.CharField()
    data_source = serializers.CharField(allow_null=True, help_text="Null for knowledge about the whole tenant.")
    metadata = serializers.DictField()
    links = LinksField(_address)


class SearchView(APIView):
    limited_as = ("searches",)

    @Operation(
        "search",
        "Search schema, FAQ and documents",
        tag="Search",
        needs=Permission.READ_SCHEMA,
        query=None,
        parameters=[
            *(
                OpenApiParameter(name, required=name == "q", description=field.help_text or "", many=name == "kind")
                for name, field in SearchQuerySerializer().fields.items()
                if name != "metadata"
            ),
            OpenApiParameter(
                f"{METADATA}<key>", description="Only knowledge whose metadata says so: `metadata.team=finance`."
            ),
        ],
        gives=page_of("SearchReply", SearchResultSerializer),
        wrong=["not_found", "embedding_rejected", "embedding_unavailable"],
        shows={"A table": EXAMPLE},
    )
    def get(self, call: Call) -> Page[SearchResult]:
        query = SearchQuerySerializer(data=_fields(call.request))
        query.is_valid(raise_exception=True)
        given = dict(query.validated_data)
        kinds = tuple(dict.fromkeys(given.pop("kind"))) or tuple(ChunkKind.values)
        limit = given.pop("limit")
        offset = place_of(given.pop("cursor"), length=1)[0] if "cursor" in given else 0
        # One more than is shown tells whether there is another page.
        found = search(call.principal, SearchRequest(kinds=kinds, limit=limit + 1, offset=offset, **given))
        following = cursor_of([offset + limit]) if len(found) > limit else None
        return Page(items=found[:limit], next=following)


def _fields(request: Request) -> Fields:
    """`kind` as a list, `metadata.<key>` together; of any other name that is given twice, the last counts."""
    fields: Fields = {}
    for name, values in request.query_params.lists():
        if name.startswith(METADATA) and name != METADATA:
            fields.setdefault("metadata", {})[name.removeprefix(METADATA)] = values[-1]
        else:
            fields[name] = values if name == "kind" else values[-1]
    return fields
