"""One run: its answer card with its table and picture, as a page, as fragments of it, and as files."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control

from nl2sql import runs
from nl2sql.chart_svg.draw import draw
from nl2sql.chart_svg.shape import picture_of
from nl2sql.models import Conversation, Run, RunFeedback, RunStatus, VerifiedQuery
from nl2sql.replies.export import csv_lines
from nl2sql.web.answer import answer_of, chosen_kind, shown_chart, shown_table
from nl2sql.web.forms import AskForm
from nl2sql.web.shared_page import elsewhere, shared_page
from schema_index.sources import source_choices
from tenants.context import tenant_transaction
from tenants.domain_error import NotFound
from tenants.principal import Principal
from tenants.roles import Permission
from tenants.web.page import page

MAX_EARLIER = 20
LIVE_STEPS = ("retrieve", "generate", "validate", "execute", "check")
"""As a run at work is expected to take them, in this order."""

REASONS = ("The number is wrong", "Rows are missing", "It misread the question", "Not what I meant")
"""Why an answer is wrong, as most people would say it."""

FAILED_AT = {
    "retrieve": "Finding the tables failed.",
    "generate": "Writing the SQL failed.",
    "validate": "The statement did not pass the guard.",
    "execute": "The database did not answer.",
    "check": "Checking the answer failed.",
}


@page("GET")
def run_page(request: HttpRequest, principal: Principal, run_id: UUID) -> HttpResponse:
    try:
        run = runs.find_readable(principal, run_id)
    except NotFound:
        if (there := elsewhere(request, run_id)) is not None:
            return there
        raise
    if run.actor != principal.actor:
        return shared_page(request, run)
    with tenant_transaction(principal.tenant_id):
        context = {**_around(run), **thumbs_of(principal, run)}
    form = AskForm(sources=context.pop("sources"), initial={"data_source": run.source_slug})
    form.fields["question"].widget.attrs.pop("autofocus", None)
    form.fields["question"].widget.attrs["placeholder"] = "And for last year?"
    return render(
        request,
        "nl2sql/run.html",
        {
            "steps": LIVE_STEPS,
            **answer_of(run, asked=request.GET),
            **context,
            "is_own": True,
            "form": form,
            "failed_step": _failed_step(run),
        },
    )


@page("GET")
def rows(request: HttpRequest, principal: Principal, run_id: UUID) -> HttpResponse:
    """The table alone, sorted and paged as asked."""
    run = runs.find_readable(principal, run_id)
    reply = runs.reply_of(run)
    table = shown_table(reply, asked=request.GET)
    if table is None:
        raise Http404("The run has no rows.")
    context = {"run": run, "reply": reply, "table": table, "kept_until": runs.result_until(run)}
    return render(request, "nl2sql/table.html", context)


@page("GET")
def chart(request: HttpRequest, principal: Principal, run_id: UUID) -> HttpResponse:
    """The picture alone, of the kind asked for."""
    run = runs.find_readable(principal, run_id)
    shown = shown_chart(runs.reply_of(run), asked=request.GET)
    if shown is None:
        raise Http404("The run has no chart.")
    return render(request, "nl2sql/chart.html", {"run": run, "chart": shown})


@page("GET")
def chart_file(request: HttpRequest, principal: Principal, run_id: UUID) -> HttpResponse:
    reply = runs.reply_of(runs.find_readable(principal, run_id))
    picture = picture_of(reply.get("result"))
    if picture is None:
        raise Http404("The run has no chart.")
    svg = draw(picture, chosen_kind(picture, request.GET.get("chart", "")), title=reply["question"])
    return _file(svg, "image/svg+xml", name="chart.svg")


@page("GET")
def csv_file(request: HttpRequest, principal: Principal, run_id: UUID) -> HttpResponse:
    reply = runs.reply_of(runs.find_readable(principal, run_id))
    if not reply.get("result"):
        raise Http404("The run has no rows.")
    return _file("".join(csv_lines(reply["result"])), "text/csv; charset=utf-8", name="answer.csv")


def thumbs_of(principal: Principal, run: Run) -> dict[str, Any]:
    """What was said of the run, and what its asker may do about it. Needs an open scope."""
    return {
        "feedback": RunFeedback.objects.filter(run=run).first(),
        "curated": VerifiedQuery.objects.filter(run_id=run.id).first(),
        "may_promote": run.status == RunStatus.COMPLETED
        and Permission.MANAGE_KNOWLEDGE in principal.permissions
        and not (run.reply.get("trust") or {}).get("verified"),
        "reasons": REASONS,
    }


def _around(run: Run) -> dict[str, Any]:
    earlier = Run.objects.filter(conversation_id=run.conversation_id, created_at__lt=run.created_at)
    newest = list(earlier.defer("reply", "sql").order_by("-created_at")[:MAX_EARLIER])
    return {
        "sources": source_choices(),
        "conversation": Conversation.objects.get(id=run.conversation_id),
        "earlier": newest[::-1],
    }


def _failed_step(run: Run) -> str:
    if run.error_code.startswith("sql_"):
        # The repair was the last step; that the guard let neither through is what counts.
        return FAILED_AT["validate"]
    return FAILED_AT.get((run.reply.get("error") or {}).get("step", ""), "It did not work.")


def _file(text: str, content_type: str, *, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    patch_cache_control(response, private=True, no_store=True)
    return response
