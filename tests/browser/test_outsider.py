"""Another tenant's owner, who has every address of somebody else's things and tries each in their own browser."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from nl2sql import runs
from nl2sql.curation import feedback
from nl2sql.models import Conversation, QueryState, Rating, Run, RunFeedback, VerifiedQuery
from nl2sql.runs import AskRequest
from schema_index.knowledge import knowledge
from schema_index.models import DataSource, Document, FaqEntry, SyncRun
from tenants import api_keys, invitations
from tenants.context import tenant_transaction
from tenants.models import ApiKey, Invitation, Membership
from tenants.roles import Permission, Role
from tests.browser.conftest import BROWSER_TESTS, Browse
from tests.conftest import Member
from tests.functional.test_leakage import addresses

pytestmark = BROWSER_TESTS

LIST = "List the name and city of customers"
SECRET = re.compile(r"\bAda\b")
"""A customer; within a random token it says nothing."""
SENT = {
    **{"sql": "SELECT 1", "rating": "up", "title": "Mine", "decision": "reject", "choice": "all", "role": "viewer"},
    **{"name": "Mine", "shared": "yes", "action": "save", "question": "a", "answer": "b", "fingerprint": "0" * 64},
}
"""What the forms send, all together."""

SEND = """async ([address, fields]) => {
  const form = new FormData();
  form.set("csrfmiddlewaretoken", document.querySelector("[name=csrfmiddlewaretoken]").value);
  for (const [name, value] of Object.entries(fields)) form.set(name, value);
  const response = await fetch(address, {method: "POST", body: form, redirect: "manual"});
  return [response.status, await response.text()];
}"""


@pytest.fixture
def things(owner: Member, shop: DataSource) -> dict[str, list[str]]:
    """What an address may name: ids by the parameter, entries of every kind of knowledge."""
    run = runs.ask(owner.principal, AskRequest(question=LIST))
    feedback.give(owner.principal, run.id, rating=Rating.UP)
    with tenant_transaction(owner.tenant.id):
        faq = knowledge.save_faq(question="What is paid?", answer="A status.", actor="user:1")
        document = knowledge.save_document(title="Terms", text="A customer is a person.", actor="user:1")
        key, _ = api_keys.issue(name="spare", scopes=[Permission.ASK], actor="system:test")
        invitation, _ = invitations.invite(owner.principal, role=Role.VIEWER, note="Pia")
        return {
            "run_id": [str(run.id)],
            "conversation_id": [str(run.conversation_id)],
            "query_id": [str(VerifiedQuery.objects.get().id)],
            "entry_id": [str(faq.id), str(document.id)],
            "key_id": [str(key.id)],
            "member_id": [str(Membership.objects.get().id)],
            "invitation_id": [str(invitation.id)],
            "slug": ["shop"],
            "role": ["analyst"],
            "name": ["main.customers"],
        }


def own_addresses(things: dict[str, list[str]]) -> list[str]:
    """Every address of a page that names something, for each thing of that name."""
    found: list[str] = []
    for pattern in addresses():
        if pattern.startswith(("api/", "nl2sql", "embed/")) or not re.search(r"<(uuid|slug):", pattern):
            continue
        made = [f"/{pattern}"]
        for kind, name in re.findall(r"<(\w+):(\w+)>", pattern):
            made = [one.replace(f"<{kind}:{name}>", value) for one in made for value in things[name]]
        found += made
    return found


def stored(owner: Member) -> Any:
    """What an outsider could have changed."""
    with tenant_transaction(owner.tenant.id):
        return [
            list(Run.objects.values("id", "status", "shared_at", "cancel_requested_at")),
            list(Conversation.objects.values("id", "title")),
            list(RunFeedback.objects.values("rating", "reason")),
            list(VerifiedQuery.objects.values("id", "state", "sql")),
            list(FaqEntry.objects.values("id", "question", "review_state", "deleted_at")),
            list(Document.objects.values("id", "title", "review_state", "deleted_at")),
            list(ApiKey.objects.order_by("id").values("id", "revoked_at")),
            list(Membership.objects.values("id", "role")),
            list(Invitation.objects.values("id")),
            list(DataSource.objects.values("id", "name", "host", "database")),
            SyncRun.objects.count(),
        ]


def test_an_outsider_gets_to_nothing_and_changes_nothing(
    browse: Browse, owner: Member, outsider: Member, things: dict[str, list[str]]
) -> None:
    before = stored(owner)
    tried = own_addresses(things)
    assert len(tried) > 30
    with browse(outsider, refused=True) as page:
        page.goto("/")
        for address in tried:
            status, text = page.evaluate(SEND, [address, SENT])
            assert status in (404, 405), ("POST", address, status)
            assert not SECRET.search(text)
            assert visited(page, address) in (404, 405), ("GET", address)
        page.goto(f"/runs/{things['run_id'][0]}")
        expect(page.get_by_role("heading", name="There is nothing here")).to_be_visible()
        for part in ("events", "result", "result.csv", ""):
            assert visited(page, f"/api/v1/runs/{things['run_id'][0]}/{part}".rstrip("/")) == 404
        page.goto("/")
        expect(page.get_by_text("What you ask will be listed here.")).to_be_visible()
        page.get_by_label("Ask a question about your data").fill(LIST)
        page.get_by_role("button", name="Ask", exact=True).click()
        expect(page.get_by_text("This tenant has no data source yet")).to_be_visible()
    assert stored(owner) == before
    with tenant_transaction(owner.tenant.id):
        assert VerifiedQuery.objects.get().state == QueryState.PROPOSED
    with tenant_transaction(outsider.tenant.id):
        assert not Run.objects.exists()


def visited(page: Page, address: str) -> int:
    status, text = page.evaluate(
        "async (address) => { const it = await fetch(address); return [it.status, await it.text()]; }", address
    )
    assert not SECRET.search(text), address
    return int(status)
