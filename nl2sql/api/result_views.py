"""The stored result of a run: in pages, sorted, and as CSV. The database is not asked again."""

from functools import partial
from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from nl2sql import runs
from nl2sql.api.serializers import ResultSerializer
from nl2sql.replies.export import csv_lines
from nl2sql.replies.result_order import Order, in_order, order_by_name
from nl2sql.retention.expiry import GONE
from tenants.api.csv_renderer import CsvRenderer
from tenants.api.cursor import PageSerializer, cursor_of, place_of
from tenants.api.operation import Call, Operation
from tenants.api.strict import Fields, TextField
from tenants.domain_error import DomainError, NotFound
from tenants.principal import Principal
from tenants.roles import Permission


class ResultPageSerializer(PageSerializer):
    sort = TextField(
        required=False, max_length=200, help_text="A column's name; with a leading `-` from the largest down."
    )


_operation = partial(Operation, tag="Runs", needs=Permission.ASK, wrong=["result_expired"])


class RunResultView(APIView):
    @_operation(
        "get_run_result", "Rows of a run's stored result, in pages", query=ResultPageSerializer, gives=ResultSerializer
    )
    def get(self, call: Call, run_id: UUID) -> Fields:
        """Sorted by one column's values, nulls last; `sort` goes with every page's request."""
        result = _result(call.principal, run_id)
        rows = in_order(result, _order(call.query.get("sort"), result))
        start = place_of(call.query["cursor"], length=1)[0] if "cursor" in call.query else 0
        end = start + call.query["limit"]
        return {**result, "rows": rows[start:end], "next": cursor_of([end]) if end < len(rows) else None}


class RunCsvView(APIView):
    renderer_classes = [CsvRenderer]

    @_operation("get_run_csv", "A run's stored result as CSV", responses={(200, "text/csv"): OpenApiTypes.STR})
    def get(self, call: Call, run_id: UUID) -> Response:
        """Texts that a spreadsheet would run as formulas begin with an apostrophe."""
        return csv_response(call.principal, run_id)


def csv_response(principal: Principal, run_id: UUID) -> Response:
    """Raises NotFound."""
    text = "".join(csv_lines(_result(principal, run_id)))
    headers = {"Content-Disposition": f'attachment; filename="{run_id}.csv"', "Cache-Control": "no-store"}
    return Response(text, headers=headers, content_type="text/csv; charset=utf-8")


class ResultExpired(DomainError):
    """It was kept as long as the tenant's settings say; the run is still there: ask its question again."""

    code = "result_expired"


def _result(principal: Principal, run_id: UUID) -> dict[str, Any]:
    """As far as it may still be shown. Raises NotFound or ResultExpired."""
    reply = runs.reply_of(runs.find_readable(principal, run_id))
    if reply["result_expired"]:
        raise ResultExpired(GONE)
    if reply["result"] is None:
        raise NotFound(reply["answer"] or "The run has no result.")
    result: dict[str, Any] = reply["result"]
    return result


def _order(text: str | None, result: dict[str, Any]) -> Order:
    if text is None:
        return Order()
    names = [column["name"] for column in result["columns"]]
    order = order_by_name(text, names=names)
    if order is None:
        raise serializers.ValidationError({"sort": [f"There is no such column. Known: {', '.join(names[:20])}."]})
    return order
