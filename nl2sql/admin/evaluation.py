"""Evaluations: scores over time as a picture, each one's cases, what changed since another, and all of it as a file."""

import json
from collections.abc import Callable
from typing import Any, get_args
from uuid import UUID

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString, mark_safe

from nl2sql.evaluation.accepted_states import untried
from nl2sql.evaluation.chart import MAX_BARS, Bar, chart
from nl2sql.evaluation.configuration_words import NAMES, PER_SOURCE, differences
from nl2sql.evaluation.evaluate import compare, earlier
from nl2sql.evaluation.export import COLUMNS, case_csv
from nl2sql.evaluation.judged_case import VERDICTS
from nl2sql.events import StepName
from nl2sql.models import AcceptedState, Evaluation, EvaluationCase
from tenants.tenant_admin import ReadOnlyAdmin, chosen_tenant

SHOWN_CASES = 500
"""On the page, what is not right first; the files hold every case."""

STEPS = get_args(StepName)

OFFERED = 20
"""Earlier evaluations that one can be compared with."""


def _score(name: str) -> Callable[[Evaluation], Any]:
    return admin.display(description=name)(lambda evaluation: evaluation.scores.get(name))


@admin.display(description="RS(10)")
def _rs10(evaluation: Evaluation) -> Any:
    return evaluation.scores.get("reliability", {}).get("10")


@admin.register(Evaluation)
class EvaluationAdmin(ReadOnlyAdmin[Evaluation]):
    list_display = ["started_at", "name", "set_name", _score("right"), _score("wrong"), _score("accuracy"), _rs10]
    list_filter = ["set_name"]
    change_list_template = "admin/nl2sql/evaluation/change_list.html"
    change_form_template = "admin/nl2sql/evaluation/change_form.html"
    fields = ["name", "set_name", "source_slug", "actor", "started_at", "ended_at"]

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        return [
            path("<uuid:key>/cases.<slug:form>", wrap(self.export), name="nl2sql_evaluation_export"),
            *super().get_urls(),
        ]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """With a picture of what the list's filters leave, and what is new and was not tried."""
        chosen = chosen_tenant(request)
        if chosen is not None and (new := untried(chosen)):
            told = f"New, and not accepted by the verified queries: {', '.join(new)}."
            self.message_user(request, f"{told} `manage.py evaluate verified --gate` tries it.", messages.WARNING)
        response = super().changelist_view(request, extra_context)
        context = getattr(response, "context_data", None)  # a redirect has none
        if context and "cl" in context:
            shown = context["cl"].queryset.filter(ended_at__isnull=False).order_by("-started_at")
            context["chart"] = _chart(list(shown[:MAX_BARS]))
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        evaluation = self.get_object(request, object_id)
        page = _page(evaluation, chosen=request.GET.get("compare", "")) if evaluation is not None else {}
        return super().change_view(request, object_id, form_url, {**page, **(extra_context or {})})

    def export(self, request: HttpRequest, key: UUID, form: str) -> HttpResponse:
        """Every case, as CSV or JSON."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        evaluation = self.get_queryset(request).filter(id=key).first()
        if evaluation is None or form not in ("csv", "json"):
            raise Http404
        cases = list(evaluation.cases.values(*COLUMNS))
        if form == "csv":
            # Joined here: a stream would be read after the tenant's scope had closed.
            response = HttpResponse("".join(case_csv(cases)), content_type="text/csv; charset=utf-8")
        else:
            told = {"configuration": evaluation.configuration, "scores": evaluation.scores, "cases": cases}
            response = HttpResponse(
                json.dumps(told, default=str, ensure_ascii=False, indent=2), content_type="application/json"
            )
        response["Content-Disposition"] = f'attachment; filename="evaluation-{evaluation.id}.{form}"'
        return response


@admin.register(AcceptedState)
class AcceptedStateAdmin(ReadOnlyAdmin[AcceptedState]):
    list_display = ["at", "reason", "actor"]
    fields = ["at", "reason", "actor", "state"]


def _page(evaluation: Evaluation, *, chosen: str) -> dict[str, Any]:
    """What the template shows of one evaluation. Needs an open scope."""
    before = Evaluation.objects.filter(
        set_name=evaluation.set_name, ended_at__isnull=False, started_at__lt=evaluation.started_at
    )
    other = next((one for one in before if str(one.id) == chosen), None) or earlier(evaluation).first()
    cases = evaluation.cases.all()
    return {
        "chart": _chart([evaluation, *before[: MAX_BARS - 1]]) if evaluation.scores else None,
        "scores": evaluation.scores,
        "figures": _figures(evaluation.scores),
        "latency": _latency(evaluation.scores.get("latency_ms") or {}),
        "violations": (evaluation.scores.get("violations") or {}).items(),
        "configuration": _configuration(evaluation.configuration),
        "offered": before[:OFFERED],
        "other": other,
        "differences": differences(other.configuration, evaluation.configuration) if other else (),
        "comparison": compare(other, evaluation) if other else None,
        "cases": _worst_first(cases)[:SHOWN_CASES],
        "case_count": cases.count(),
    }


def _worst_first(cases: QuerySet[EvaluationCase]) -> list[EvaluationCase]:
    order = {"wrong": 0, "failed": 1, "refused": 2, "unjudged": 3, "right": 4}
    return sorted(cases, key=lambda case: (order[case.verdict], case.number))


def _figures(scores: dict[str, Any]) -> list[tuple[str, Any]]:
    if not scores:
        return []
    names = ("accuracy", "precision", "coverage", "refusal_precision", "refusal_recall")
    found = [(name.replace("_", " "), scores[name]) for name in names]
    found += [(f"RS({cost})", value) for cost, value in scores["reliability"].items()]
    found += [(f"full@{k}", value) for k, value in scores["full_at"].items()]
    return [*found, *((name.replace("_", " "), scores[name]) for name in ("input_tokens", "output_tokens", "cost"))]


def _latency(stored: dict[str, Any]) -> list[tuple[str, Any]]:
    """In the order of the steps: stored JSON has none."""
    return sorted(stored.items(), key=lambda item: STEPS.index(item[0]) if item[0] in STEPS else len(STEPS))


def _configuration(configuration: dict[str, Any]) -> list[tuple[str, Any]]:
    found = [
        (name.replace("_", " "), configuration[name])
        for name in NAMES
        if name in configuration and name not in PER_SOURCE
    ]
    schemas = sorted((configuration.get("sources") or {}).items())
    return [*found, *((f"schema of {slug}", f"revision {one['revision']}") for slug, one in schemas)]


def _chart(newest_first: list[Evaluation]) -> SafeString:
    bars = [
        Bar(
            label=f"{one.started_at:%m-%d %H:%M}",
            title=f"{one}: " + ", ".join(f"{one.scores.get(name, 0)} {name}" for name in VERDICTS),
            counts={name: one.scores.get(name, 0) for name in VERDICTS},
        )
        for one in reversed(newest_first)
    ]
    # Everything that is not ours is escaped where the picture is drawn.
    return mark_safe(chart(bars))  # noqa: S308  escaped there
