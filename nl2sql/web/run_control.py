"""What people do about a run of theirs: stop it, choose where it asked back, run its statement as they edited it."""

from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from nl2sql import runs
from nl2sql.clarification.choose import MAX_CHOICE, Chosen
from nl2sql.clarification.choose import choose as request_of
from nl2sql.models.verified_query import MAX_SQL
from nl2sql.running.cancel import cancel
from nl2sql.running.rerun import rerun_request
from nl2sql.web.asked import asked
from tenants.api.strict import has_control_characters, no_control_characters
from tenants.domain_error import DomainError
from tenants.principal import Principal
from tenants.web.page import page
from tenants.web.told import told


class StatementForm(forms.Form):
    sql = forms.CharField(
        max_length=MAX_SQL,
        error_messages={"required": "Write a statement first.", "max_length": "That is too long."},
        validators=[no_control_characters],
    )

    def clean_sql(self) -> str:
        return str(self.cleaned_data["sql"]).replace("\r\n", "\n")


@page("POST")
def stop(request: HttpRequest, principal: Principal, run_id: UUID) -> HttpResponse:
    cancel(principal, run_id)
    return redirect("run", run_id=run_id)


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


@page("POST")
def rerun(request: HttpRequest, principal: Principal, run_id: UUID) -> HttpResponse:
    """An edited statement, through the same guard, as a run of its own beside the one it came from."""
    runs.find(principal, run_id)
    form = StatementForm(request.POST)
    if form.is_valid():
        try:
            edited = rerun_request(principal, run_id, sql=form.cleaned_data["sql"])
            return redirect("run", run_id=asked(request, principal, edited).id)
        except DomainError as error:
            messages.error(request, error.message)
    else:
        messages.error(request, " ".join(map(str, form.errors["sql"])))
    return redirect(f"{reverse('run', args=[run_id])}#sql")
