"""A choice made where a question came back: the question goes on with it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from nl2sql.asking import ask_and_leave, ask_and_wait
from nl2sql.clarification.choose import MAX_CHOICE, Chosen
from nl2sql.clarification.choose import choose as request_of
from tenants.api.strict import has_control_characters
from tenants.domain_error import DomainError
from tenants.principal import Principal
from tenants.web.in_tenant import in_tenant


@require_POST
@in_tenant
def choose(request: HttpRequest, principal: Principal, run_id: UUID) -> HttpResponse:
    """`choice` is one of the choices' texts; with `remember`, it is proposed as a definition too."""
    text = request.POST.get("choice", "").strip()[:MAX_CHOICE]
    if not text or has_control_characters(text):
        messages.error(request, "Choose one of the choices.")
        return redirect("run", run_id=run_id)
    chosen = Chosen(run_id=run_id, choice=text, remember="remember" in request.POST)
    try:
        asked = request_of(principal, chosen)
        go = ask_and_leave if "live" in request.POST else ask_and_wait
        run = go(principal, asked, request_id=request.META.get("HTTP_X_REQUEST_ID", ""))
    except DomainError as error:
        if error.code == "not_found":
            raise
        messages.error(request, error.message)
        return redirect("run", run_id=run_id)
    if chosen.remember:
        messages.success(request, "Your choice waits as a definition for a curator.")
    return redirect("run", run_id=run.id)
