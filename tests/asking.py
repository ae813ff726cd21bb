"""Questions over HTTP, as programs ask them, and by themselves."""

from typing import Any

from nl2sql import runs
from nl2sql.models import Run
from nl2sql.runs import AskRequest
from tenants.cancellation import Cancellation
from tests.conftest import Member


def ask(member: Member, question: str = "", **body: Any) -> dict[str, Any]:
    """The reply, which is one."""
    sent = {"question": question, **body} if question else body
    response = member.client.post("/nl2sql", sent)
    assert response.status_code == 200, response.content
    reply: dict[str, Any] = response.json()
    return reply


def run_of(member: Member, question: str, *, cancellation: Cancellation | None = None, **request: Any) -> Run:
    """Their question, asked past any door and carried out."""
    return runs.ask(member.principal, AskRequest(question=question, **request), cancellation=cancellation)
