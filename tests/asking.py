"""Questions over HTTP, as programs ask them."""

from typing import Any

from tests.conftest import Member


def ask(member: Member, question: str = "", **body: Any) -> dict[str, Any]:
    """The reply, which is one."""
    sent = {"question": question, **body} if question else body
    response = member.client.post("/nl2sql", sent)
    assert response.status_code == 200, response.content
    reply: dict[str, Any] = response.json()
    return reply
