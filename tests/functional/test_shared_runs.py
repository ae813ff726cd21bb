"""An answer shared inside the tenant: opened by its link, by whoever sees the same data, and by nobody else."""

import json
import re

from nl2sql.models import Run
from schema_index.models import EVERYONE, DataSource
from tenants import memberships
from tenants.context import tenant_transaction
from tenants.models import AuditEvent
from tenants.roles import Role
from tests.asking import ask, run_of
from tests.conftest import Member, NewSource
from tests.functional.test_policy import know
from tests.pages import of, words
from tests.stored import all_rows, only_row, save_faq, set_policy

LIST = "List the name and email of customers"
READS = ("/runs/{0}", "/runs/{0}/rows", "/runs/{0}/answer.csv", "/api/v1/runs/{0}", "/api/v1/runs/{0}/result")
CHANGES = ("/runs/{0}/feedback", "/runs/{0}/rerun", "/runs/{0}/stop", "/runs/{0}/promote", "/runs/{0}/sharing")


def shared(member: Member, question: str = LIST) -> Run:
    run = run_of(member, question)
    assert of(member).post(f"/runs/{run.id}/sharing", {"shared": "yes"}).status_code == 302
    return run


def everything(member: Member, run: Run) -> str:
    """All that a colleague gets of a run, at every door."""
    client = of(member)
    return "".join(client.get(address.format(run.id)).content.decode() for address in READS)


def test_who_sees_the_same_opens_it_until_it_is_shared_no_more(
    owner: Member, analyst: Member, outsider: Member, shop: DataSource
) -> None:
    run = run_of(analyst, LIST)
    colleague, stranger, asker = of(owner), of(outsider), of(analyst)
    for address in READS:
        assert colleague.get(address.format(run.id)).status_code == 404, address
    assert "Shared: colleagues who see the same data" in words(
        asker.post(f"/runs/{run.id}/sharing", {"shared": "yes"}, follow=True)
    )

    page = colleague.get(f"/runs/{run.id}")
    assert "Asked and shared by anna" in words(page)
    assert "ada@example.com" in words(page)
    assert ("Is this right?" in words(page), "Edit and run again" in words(page)) == (False, False)
    reply = colleague.get(f"/api/v1/runs/{run.id}").json()
    assert (reply["question"], len(reply["result"]["rows"]), reply["shared_at"] is not None) == (LIST, 3, True)
    assert reply["links"].keys() == {"self", "page"}
    assert all(colleague.get(link).status_code == 200 for link in reply["links"].values())
    for address in READS:
        assert colleague.get(address.format(run.id)).status_code == 200, address
        assert stranger.get(address.format(run.id)).status_code == 404, address
    for address in CHANGES:
        assert colleague.post(address.format(run.id), {"rating": "up", "sql": "SELECT 1"}).status_code == 404, address
    assert colleague.get(f"/api/v1/runs/{run.id}/events").status_code == 404
    assert stranger.post(f"/runs/{run.id}/again").status_code == 404

    again = colleague.post(f"/runs/{run.id}/again")
    with tenant_transaction(owner.tenant.id):
        own = Run.objects.get(actor=owner.principal.actor)
        opened = AuditEvent.objects.filter(action="run.opened")[0]
    assert again["Location"] == f"/runs/{own.id}"
    assert (own.question, own.status, own.conversation_id != run.conversation_id) == (LIST, "completed", True)
    assert (opened.actor, opened.subject) == (owner.principal.actor, str(run.id))
    assert opened.details["columns"] == ["main.customers.email", "main.customers.name"]

    asker.post(f"/runs/{run.id}/sharing", {})
    for address in READS:
        assert colleague.get(address.format(run.id)).status_code == 404, address


def test_a_narrower_role_gets_no_row_no_statement_and_no_hidden_name(
    owner: Member, analyst: Member, shop: DataSource
) -> None:
    set_policy(shop, Role.ANALYST, {"columns": {"main.customers.email": "hidden"}})
    run = shared(owner)
    told = everything(analyst, run)
    assert "neither the question nor its answer is shown to you" in told
    for secret in ("email", "ada@", r"\bAda\b", "SELECT"):  # within a random token "Ada" says nothing
        assert not re.search(f'{secret}(?!")', told), secret
    assert of(analyst).post(f"/runs/{run.id}/again").status_code == 404
    assert all_rows(AuditEvent, owner.tenant.id, action="run.opened") == []
    assert only_row(Run, owner.tenant.id, id=run.id).question == LIST, "what is stored stays"


def test_other_rows_are_asked_for_again_as_oneself(owner: Member, analyst: Member, shop: DataSource) -> None:
    set_policy(shop, EVERYONE, {"row_rules": {"main.customers": "city = attribute('city')"}})
    know(owner, city="Turin")
    know(analyst, city="Lyon")
    answered = of(owner).post("/", {"question": LIST})
    run_id = answered["Location"].split("/")[-1]
    of(owner).post(f"/runs/{run_id}/sharing", {"shared": "yes"})
    run = only_row(Run, owner.tenant.id, id=run_id)
    assert "ben@example.com" in json.dumps(run.reply)

    told = everything(analyst, run)
    assert LIST in told
    assert "Your role does not see the same data as whoever asked this: ask it again as yourself." in told
    for secret in ("ben@", "Turin", "SELECT"):
        assert secret not in told, secret

    own = words(of(analyst).post(f"/runs/{run_id}/again", follow=True))
    assert ("ada@example.com" in own, "ben@example.com" in own) == (True, False)
    know(analyst, city="Turin")
    assert "ben@example.com" in everything(analyst, run)


def test_definitions_of_another_source_are_kept_from_who_does_not_get_them(
    owner: Member, analyst: Member, shop: DataSource, new_sqlite_source: NewSource
) -> None:
    save_faq(owner.tenant.id, "What is an email of a customer?", "An address.")
    run = shared(owner)
    with tenant_transaction(owner.tenant.id):
        Run.objects.filter(id=run.id).update(
            reply={**run.reply, "retrieval": {"tables": [], "knowledge": [{"kind": "faq", "title": "What is pay?"}]}}
        )
    assert "ada@example.com" in everything(analyst, run)
    other = new_sqlite_source(owner.tenant, slug="payroll")
    set_policy(other, Role.ANALYST, {"exclude_tables": ["*.salaries"]})
    told = everything(analyst, run)
    assert ("ada@example.com" in told, "What is pay?" in told, LIST in told) == (False, False, True)


def test_an_edited_statement_goes_along_where_it_is_seen(analyst: Member, owner: Member, shop: DataSource) -> None:
    first = run_of(analyst, LIST)
    edited = of(analyst).post(f"/runs/{first.id}/rerun", {"sql": "SELECT city, COUNT(*) FROM customers GROUP BY city"})
    run_id = edited["Location"].split("/")[-1]
    of(analyst).post(f"/runs/{run_id}/sharing", {"shared": "yes"})
    of(owner).post(f"/runs/{run_id}/again")
    own = only_row(Run, owner.tenant.id, actor=owner.principal.actor)
    assert (str(own.rerun_of), own.status, "city" in own.given_sql) == (run_id, "completed", True)

    set_policy(shop, Role.OWNER, {"exclude_tables": ["main.orders"]})
    told = words(of(owner).get(f"/runs/{run_id}"))
    assert ("neither the question nor its answer" in told, "Ask it again" in told) == (True, False)


def test_what_has_no_answer_is_not_shared(analyst: Member, shop: DataSource) -> None:
    run = run_of(analyst, "What is the weather on Mars?")
    refused = analyst.client.put(f"/api/v1/runs/{run.id}/share")
    assert (refused.status_code, refused.json()["detail"]) == (404, "There is no such run."), "a key's runs are its own"
    assert "There is no answer to share" in words(
        of(analyst).post(f"/runs/{run.id}/sharing", {"shared": "yes"}, follow=True)
    )


def test_a_keys_answer_is_shared_over_http(analyst: Member, owner: Member, shop: DataSource) -> None:
    address = ask(analyst, LIST)["links"]["self"]
    assert owner.client.get(address).status_code == 404
    told = [analyst.client.put(f"{address}/share").json()["shared_at"] for _ in range(2)]
    assert (told[0] == told[1], told[0] is not None) == (True, True)
    reply = owner.client.get(address).json()
    assert (len(reply["result"]["rows"]), reply["metadata"]) == (3, {})
    assert analyst.client.delete(f"{address}/share").status_code == 204
    assert owner.client.get(address).status_code == 404


def test_a_link_into_another_tenant_of_ones_own_leads_there(
    owner: Member, outsider: Member, analyst: Member, shop: DataSource
) -> None:
    run = shared(analyst)
    client = of(outsider)
    assert client.get(f"/runs/{run.id}").status_code == 404
    with tenant_transaction(owner.tenant.id):
        memberships.set_role(outsider.user, role=Role.ANALYST, actor="system:test")
    client.post("/tenant", {"tenant": str(outsider.tenant.id)})
    led = client.get(f"/runs/{run.id}")
    assert ("This answer is in Acme You are working in Other." in words(led), LIST in words(led)) == (True, False)
    assert client.post("/tenant", {"tenant": str(run.tenant_id), "next": "//evil.example/"})["Location"] == "/"
    there = client.post("/tenant", {"tenant": str(run.tenant_id), "next": f"/runs/{run.id}"}, follow=True)
    assert "ada@example.com" in words(there)
