"""A choice made where a question came back: the question goes on with it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from nl2sql.clarification.choose import MAX_CHOICE, Chosen
from nl2sql.clarification.choose import choose as request_of
from nl2sql.web.asked import asked
from tenants.api.strict import has_control_characters
from tenants.principal import Principal
from tenants.web.page import page
from tenants.web.told import told


@page("POST")
def choose(request: HttpRequest, principal: Principal, run_id: UUID) -> HttpResponse:
    """`choice` is one of the choices' texts; with `remember`, it is proposed as a definition too."""
    text = request.POST.get("choice", "").strip()[:MAX_CHOICE]
    if not text or has_control_characters(text):
        messages.error(request, "Choose one of the choices.")
        return redirect("run", run_id=run_id)
    chosen = Chosen(run_id=run_id, choice=text, remember="remember" in request.POST)
    with told(request, done="Your choice waits as a definition for a curator." if chosen.remember else ""):
        return redirect("run", run_id=asked(request, principal, request_of(principal, chosen)).id)
    return redirect("run", run_id=run_id)
