"""What people say of an answer of theirs: whether it is right, and that everybody should get it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from nl2sql import runs
from nl2sql.curation import feedback, verified_queries
from nl2sql.models import QueryState, Rating
from nl2sql.models.verified_query import MAX_REASON
from nl2sql.tasks import request_check
from nl2sql.web.run_page import thumbs_of
from tenants.api.strict import has_control_characters
from tenants.context import tenant_transaction
from tenants.principal import Principal
from tenants.roles import Permission
from tenants.web.page import page
from tenants.web.told import told


@page("POST")
def rate(request: HttpRequest, principal: Principal, run_id: UUID) -> HttpResponse:
    rating = request.POST.get("rating", "")
    reason = (request.POST.get("words", "").strip() or request.POST.get("reason", ""))[:MAX_REASON]
    if rating in Rating.values and not has_control_characters(reason):
        feedback.give(principal, run_id, rating=Rating(rating), reason=reason)
    if "HX-Request" not in request.headers:
        return redirect("run", run_id=run_id)
    run = runs.find(principal, run_id)
    with tenant_transaction(principal.tenant_id):
        return render(request, "nl2sql/thumbs.html", {"run": run, **thumbs_of(principal, run)})


@page("POST", needs=Permission.MANAGE_KNOWLEDGE)
def promote(request: HttpRequest, principal: Principal, run_id: UUID) -> HttpResponse:
    """A curator vouches for the statement: the same question gets it from now on."""
    run = runs.find(principal, run_id)
    with told(request):
        with tenant_transaction(principal.tenant_id):
            query = verified_queries.propose_from_run(run, actor=principal.actor)
            if query is not None:
                verified_queries.decide(query, state=QueryState.VERIFIED, actor=principal.actor, explain=request_check)
        if query is None:
            messages.error(request, "This answer cannot be verified as it stands: its tables may have changed since.")
        else:
            messages.success(request, "Verified. Whoever asks this question now gets this statement, with your name.")
    return redirect("run", run_id=run_id)
