"""A colleague's answer, opened by its link: what the reader may see of it, and its question asked as themselves."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from nl2sql.models import Run
from nl2sql.running.rerun import again_request
from nl2sql.running.shared_run import may_open, share, unshare
from nl2sql.web.answer import answer_of
from nl2sql.web.asked import asked
from tenants.domain_error import DomainError, NotFound
from tenants.memberships import belongings, principal_in
from tenants.principal import Principal
from tenants.web.page import page
from tenants.web.people import names_of
from tenants.web.told import told

MAX_TENANTS = 20
"""Of one person, that a link is looked for in."""

SHARED = "Shared: colleagues who see the same data can open it by its link."
UNSHARED = "No longer shared: you alone can open it."


def shared_page(request: HttpRequest, run: Run) -> HttpResponse:
    context = {"is_own": False, "asker": names_of([run.actor])[run.actor], "asks_again": bool(run.question)}
    return render(request, "nl2sql/shared.html", {**answer_of(run, asked=request.GET), **context})


def elsewhere(request: HttpRequest, run_id: UUID) -> HttpResponse | None:
    """Of a link into another tenant of the reader's: a page that leads there. None where there is none either."""
    assert request.user.pk is not None
    for one in belongings(request.user.pk)[:MAX_TENANTS]:
        if not one.tenant.is_suspended and may_open(principal_in(one), run_id):
            return render(request, "nl2sql/elsewhere.html", {"there": one, "run_id": run_id}, status=404)
    return None


@page("POST")
def sharing(request: HttpRequest, principal: Principal, run_id: UUID) -> HttpResponse:
    """`shared` is "yes", or anything else to have it for oneself again."""
    act, done = (share, SHARED) if request.POST.get("shared") == "yes" else (unshare, UNSHARED)
    with told(request, done=done):
        act(principal, run_id)
    return redirect("run", run_id=run_id)


@page("POST")
def ask_again(request: HttpRequest, principal: Principal, run_id: UUID) -> HttpResponse:
    """The reader's own run in a conversation of their own: their rights decide what it may read."""
    try:
        run = asked(request, principal, again_request(principal, run_id))
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, error.message)
        return redirect("run", run_id=run_id)
    return redirect("run", run_id=run.id)
