"""A changed schema that breaks verified queries: told before it is taken into use, or kept from it."""

import json
from typing import Any

import pytest
from django.core.management import call_command

from nl2sql.curation.verified_staleness import explain_again
from nl2sql.models import VerifiedQuery
from schema_index.models import DataSource, ProposedSchema, SyncRun
from schema_index.schema_json import from_json
from schema_index.tasks import sync_source
from tenants.context import tenant_transaction
from tenants.models import AuditEvent
from tests.asking import run_of
from tests.conftest import Configure, Member, caller
from tests.functional.test_api_contract import assert_problem
from tests.pages import of, operating
from tests.stored import alter, only_row
from tests.verified import verify

SHOP = "/api/v1/data-sources/shop"
PROPOSED = f"{SHOP}/proposed"
PAID = "What was paid in all?"
SUM = "SELECT SUM(total) AS paid FROM orders"
DROP = "ALTER TABLE orders DROP COLUMN total"
REASON = "The statement was blocked: "


@pytest.fixture
def gated(shop: DataSource, owner: Member) -> DataSource:
    """The shop with one query in use, which asks for the orders' total; what breaks it is refused."""
    for question, sql in ((PAID, SUM), ("Who are the customers?", "SELECT name FROM customers")):
        verify(shop, question, sql, actor=owner.principal.actor)
    with tenant_transaction(shop.tenant_id):
        DataSource.objects.update(on_breaking_change="refuse")
    return shop


def synced(member: Member) -> dict[str, Any]:
    """The job of a sync that was asked for over HTTP and carried out."""
    return carried_out(member, member.client.post(f"{SHOP}/sync", {}))


def carried_out(member: Member, response: Any) -> dict[str, Any]:
    assert response.status_code == 202, response.content
    sync_source(str(member.tenant.id), response.json()["id"])
    job: dict[str, Any] = member.client.get(response["Location"]).json()
    return job


def known(source: DataSource) -> tuple[int, bool]:
    """The revision in use, and whether its orders have a total."""
    with tenant_transaction(source.tenant_id):
        snapshot = DataSource.objects.get(id=source.id).snapshot
    assert snapshot is not None
    orders = from_json(snapshot.description).by_name["main", "orders"]
    return snapshot.revision, orders.column("total") is not None


def test_a_breaking_change_waits_while_the_version_before_serves_until_it_is_accepted(
    gated: DataSource, owner: Member, analyst: Member, outsider: Member
) -> None:
    alter(gated, DROP)
    job = synced(owner)
    assert (job["state"], job["revision"], job["counts"]["broken"]) == ("refused", 1, 1)
    ((broken),) = job["broken"]
    assert broken["subject"] == PAID
    assert broken["reason"].startswith(REASON)
    assert known(gated) == (1, True)

    # The analyst is told that it is refused, and not what of the schema is behind it.
    seen = analyst.client.get(f"/api/v1/jobs/{job['id']}").json()
    assert (seen["state"], seen["broken"]) == ("refused", [])
    assert run_of(analyst, "Who are the customers?").reply["trust"]["label"] == ("verified")
    run = run_of(analyst, PAID)
    assert run.status != "completed", "what the database no longer has is no answer"

    waits = owner.client.get(PROPOSED).json()
    assert (waits["change_count"], waits["changes"]) == (1, ["column removed: main.orders.total"])
    assert (waits["broken_count"], waits["broken"], waits["accepted_by"]) == (1, [broken], "")
    accepted = {"fingerprint": waits["fingerprint"]}
    for client, status, code in (
        (caller(), 401, "unauthenticated"),
        (analyst.client, 403, "insufficient_scope"),
        (outsider.client, 404, "not_found"),
    ):
        assert_problem(client.get(PROPOSED), status=status, code=code)
        assert_problem(client.post(PROPOSED, accepted), status=status, code=code)
    assert_problem(owner.client.post(PROPOSED, {"fingerprint": "0" * 64}), status=404, code="not_found")
    assert synced(owner)["state"] == "refused", "nobody has accepted it yet"
    assert owner.client.get(PROPOSED).json() == waits

    done = carried_out(owner, owner.client.post(PROPOSED, accepted))
    assert (done["state"], done["revision"], done["broken"]) == ("done", 2, [broken])
    assert known(gated) == (2, False)
    assert_problem(owner.client.get(PROPOSED), status=404, code="not_found")
    with tenant_transaction(gated.tenant_id):
        assert VerifiedQuery.objects.get(question=PAID).use == "being checked"
        told = AuditEvent.objects.filter(action__startswith="schema.").order_by("at").values_list("action", flat=True)
        assert list(told)[-4:] == ["schema.refused", "schema.accepted", "schema.changed", "schema.breaks"]


def test_what_breaks_nothing_is_taken_and_so_is_what_the_setting_only_reports(
    gated: DataSource, owner: Member, change_environment: Configure
) -> None:
    alter(gated, "ALTER TABLE orders ADD COLUMN coupon TEXT")
    job = synced(owner)
    assert (job["state"], job["revision"], job["broken"]) == ("done", 2, [])

    # Another change waits; with the column back, the next sync is harmless.
    alter(gated, DROP)
    assert synced(owner)["state"] == "refused"
    alter(gated, "ALTER TABLE orders ADD COLUMN total NUMERIC")
    assert synced(owner)["state"] == "done"
    with tenant_transaction(gated.tenant_id):
        assert not ProposedSchema.objects.exists()

        # Without a word of the source's own, the installation's holds.
        DataSource.objects.update(on_breaking_change="")
        for query in VerifiedQuery.objects.all():
            explain_again(query.tenant_id, query.id)
    alter(gated, DROP)
    change_environment(evaluation_gate="refuse")
    assert synced(owner)["state"] == "refused"
    change_environment(evaluation_gate="report")
    job = synced(owner)
    assert (job["state"], [one["subject"] for one in job["broken"]]) == ("done", [PAID])
    assert known(gated)[1] is False


def test_the_command_the_admin_the_page_and_the_doctor_tell_and_accept(
    gated: DataSource, owner: Member, outsider: Member, capsys: pytest.CaptureFixture[str]
) -> None:
    alter(gated, DROP)
    with pytest.raises(SystemExit) as ended:
        call_command("sync_schema", "shop", "--tenant", "acme")
    told = capsys.readouterr()
    assert ended.value.code == 4
    assert f'breaks "{PAID}": {REASON}' in told.err
    assert "would break 1 verified query: the version before stays in use" in told.err

    call_command("doctor", "--json")
    doctor = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert any("sync_schema shop --accept" in one["detail"] for one in doctor if one["part"] == "acme/shop")

    page = of(owner)
    shown = page.get("/catalogue/shop").content.decode()
    assert "would break 1 verified query." in shown
    assert PAID in shown
    stranger = of(outsider)
    fingerprint = only_row(ProposedSchema, gated.tenant_id).fingerprint
    assert stranger.post("/catalogue/shop/accept", {"fingerprint": fingerprint}).status_code == 404

    page = operating(owner.tenant, user=owner.user)
    address = "/admin/schema_index/datasource/"
    assert "column removed: main.orders.total<br>" in page.get(f"{address}{gated.id}/change/").content.decode()
    page.post(address, {"action": "accept_schema", "_selected_action": [str(gated.id)]})
    with tenant_transaction(gated.tenant_id):
        assert ProposedSchema.objects.get().accepted_by == f"user:{owner.user.pk}"
        assert SyncRun.objects.first().state == "queued"  # type: ignore[union-attr]

    call_command("sync_schema", "shop", "--tenant", "acme", "--accept")
    assert known(gated) == (2, False)
