"""A question as a page sends it, whichever page: from the ask box, as a choice, with a statement, once more."""

from django.http import HttpRequest

from nl2sql.asking import ask_and_leave, ask_and_wait
from nl2sql.models import Run
from nl2sql.runs import AskRequest
from tenants.principal import Principal


def asked(request: HttpRequest, principal: Principal, question: AskRequest) -> Run:
    """The run: at work where the page can show its steps (`live`), else over. Raises what `start` raises."""
    go = ask_and_leave if "live" in request.POST else ask_and_wait
    return go(principal, question, request_id=request.META.get("HTTP_X_REQUEST_ID", ""))
