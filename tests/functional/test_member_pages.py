"""Members and policies on the page: invited by a link, given roles, removed; what each role sees, and is to see."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from schema_index.access import policies
from schema_index.access.policy import Policy
from schema_index.access.policy_lines import lines_of, policy_of
from schema_index.models import AccessPolicy, DataSource
from tenants import api_keys
from tenants.context import tenant_transaction
from tenants.memberships import belongings
from tenants.models import ApiKey, AuditEvent, Invitation, Membership, User
from tenants.principal import Principal
from tenants.roles import Permission, Role
from tests.conftest import Member, NewMember
from tests.pages import of, words
from tests.stored import all_rows

ACCOUNT = {"username": "nora", "password1": "nora knows this too", "password2": "nora knows this too"}


def invited(owner: Member, role: str = "analyst") -> str:
    made = of(owner).post("/members", {"role": role, "note": "Nora"})
    link = re.search(r"http://testserver(/join/[\w.-]+)", made.content.decode())
    assert link is not None, words(made)
    assert "no-store" in made["Cache-Control"]
    return link[1]


def test_a_link_makes_an_account_a_member_once(owner: Member, outsider: Member) -> None:
    link = invited(owner)
    assert link.split(".")[1] not in of(owner).get("/members").content.decode(), "shown once"
    stranger = Client()
    assert "Join Acme You are invited as Analyst" in words(stranger.get(link))
    assert "too short" in words(stranger.post(link, {**ACCOUNT, "password1": "a", "password2": "a"}))

    assert "Welcome to Acme." in words(stranger.post(link, ACCOUNT, follow=True))
    assert stranger.get("/catalogue").status_code == 200
    for late in (Client(), of(outsider)):
        assert late.get(link).status_code == late.post(link, {**ACCOUNT, "username": "nick"}).status_code == 404
    assert not User.objects.filter(username="nick").exists()
    with tenant_transaction(owner.tenant.id):
        actions = list(AuditEvent.objects.order_by("at").values_list("action", flat=True))[-3:]
    assert actions == ["invitation.made", "membership.set", "invitation.accepted"]


def test_who_has_an_account_joins_with_it_and_works_there(owner: Member, outsider: Member) -> None:
    link, client = invited(owner, "viewer"), of(outsider)
    assert "Join as otto" in words(client.get(link))
    assert "Welcome to Acme." in words(client.post(link, follow=True))
    assert {one.tenant.slug: one.role for one in belongings(outsider.user.pk)} == {
        "acme": Role.VIEWER,
        "other": Role.OWNER,
    }
    again = of(outsider).post(invited(owner, "owner"), follow=True)
    assert "You belong to this tenant already." in words(again)
    assert {one.tenant.slug: one.role for one in belongings(outsider.user.pk)}["acme"] == Role.VIEWER


def test_a_link_ends_with_its_day_its_withdrawal_and_its_makers_rights(
    owner: Member, analyst: Member, new_member: NewMember
) -> None:
    second = new_member("oscar", owner.tenant, Role.OWNER)
    old, withdrawn, orphaned = invited(owner), invited(owner), invited(second)
    with tenant_transaction(owner.tenant.id):
        _, middle, oldest = Invitation.objects.all()
        Invitation.objects.filter(id=oldest.id).update(expires_at=timezone.now() - timedelta(seconds=1))
        membership = Membership.objects.get(user=second.user)
    assert Client().get(orphaned).status_code == 200
    of(owner).post(f"/invitations/{middle.id}/withdraw")
    of(owner).post(f"/members/{membership.id}/remove")
    for link in (old, withdrawn, orphaned, "/join/nonsense", f"/join/{owner.tenant.id.hex}.x", f"/join/{'0' * 32}.x"):
        assert Client().get(link).status_code == 404, link
    assert of(analyst).post("/members", {"role": "owner"}).status_code == 403


def test_roles_are_changed_and_members_removed_by_owners_alone(
    owner: Member, analyst: Member, outsider: Member, new_member: NewMember
) -> None:
    admin = new_member("ada", owner.tenant, Role.ADMIN)
    with tenant_transaction(owner.tenant.id):
        ids = dict(Membership.objects.values_list("user__username", "id"))
    page = words(of(admin).get("/members"))
    assert ("3 members" in page, "Owners invite people" in page, "Make a link" in page) == (True, True, False)
    changed = {"role": "viewer", "attributes": '{"region": "EU"}'}
    for member, status in ((admin, 403), (analyst, 403), (outsider, 404)):
        for place in ("change", "remove"):
            assert of(member).post(f"/members/{ids['anna']}/{place}", changed).status_code == status
    client = of(owner)
    wrong = client.post(f"/members/{ids['anna']}/change", {"role": "viewer", "attributes": "EU"}, follow=True)
    assert "Attributes are an object" in words(wrong)
    assert "anna is Viewer." in words(client.post(f"/members/{ids['anna']}/change", changed, follow=True))
    assert [(one.role, dict(one.attributes)) for one in belongings(analyst.user.pk)] == [("viewer", {"region": "EU"})]
    for place, sent in (("change", {"role": "viewer"}), ("remove", {})):
        assert "only owner" in words(client.post(f"/members/{ids['olive']}/{place}", sent, follow=True))
    assert "anna belongs here no more" in words(client.post(f"/members/{ids['anna']}/remove", follow=True))
    assert belongings(analyst.user.pk) == ()
    assert owner.client.delete(f"/api/v1/members/{ids['ada']}").status_code == 204
    assert owner.client.delete(f"/api/v1/members/{ids['olive']}").json()["code"] == "last_owner"


def test_keys_end_with_their_makers_membership(owner: Member, new_member: NewMember) -> None:
    admin = new_member("ada", owner.tenant, Role.ADMIN)
    with tenant_transaction(owner.tenant.id):
        first, text = issue(admin.principal)
        _, kept = issue(owner.principal)
        ada = Membership.objects.get(user=admin.user)
        second, _ = issue(api_keys.authenticate(text))
    assert "Also revokes 2 API keys that they made." in words(of(owner).get("/members"))
    told = words(of(owner).post(f"/members/{ada.id}/remove", follow=True))
    assert "ada belongs here no more. API keys that they made, now revoked: 2." in told
    assert api_keys.authenticate(kept).tenant_id == owner.tenant.id
    with pytest.raises(api_keys.Unauthenticated):
        api_keys.authenticate(text)
    with tenant_transaction(owner.tenant.id):
        revoked = AuditEvent.objects.filter(action="api_key.revoked").values_list("subject", "actor")
        assert set(revoked) == {(key.prefix, owner.principal.actor) for key in (first, second)}
        for gone in (admin.principal, api_keys.principal_of_key(first)):
            with pytest.raises(api_keys.Unauthenticated):
                issue(gone)


def issue(maker: Principal) -> tuple[ApiKey, str]:
    scopes = [Permission.ASK, Permission.MANAGE_KEYS]
    return api_keys.issue_within(maker, name="of theirs", scopes=scopes, role=Role.VIEWER, expires_at=None)


def test_a_policy_is_previewed_saved_and_withdrawn(owner: Member, analyst: Member, shop: DataSource) -> None:
    client, address = of(owner), "/policies/shop/analyst"
    assert "Analyst all of it is seen" in words(client.get("/policies"))
    sent = {
        **{"exclude_tables": "main.orders", "hidden": "*.email\r\n", "masked": "main.customers.name", "min_group": "5"},
        "row_rules": "main.customers: city =\r\n  attribute('city')",
    }
    preview = words(client.post(address, {**sent, "action": "preview"}))
    for part in (
        *("analysts would see. Nothing is saved yet.", "main.orders hidden none"),
        "main.customers city = attribute('city') masked name hidden email",
    ):
        assert part in preview, part
    assert all_rows(AccessPolicy, owner.tenant.id) == []

    saved = words(client.post(address, {**sent, "action": "save"}, follow=True))
    assert "Saved: it holds from now on." in saved
    assert "Version 1, saved" in saved
    with tenant_transaction(owner.tenant.id):
        held = policies.policy_for(shop, role="analyst")
    assert held.exclude_tables == ("main.orders",)
    assert held.row_rules == {"main.customers": "city =\nattribute('city')"}
    assert policy_of(lines_of(held)) == held
    withdrawn = words(client.post(address, {"action": "withdraw"}, follow=True))
    assert "No policy of their own: all of it is seen." in withdrawn
    assert of(analyst).get(address).status_code == 403


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"hidden": "main.customers.fax"}, 'The data source has no table or column "main.customers.fax".'),
        ({"hidden": "a", "masked": "a"}, '"a" stands twice'),
        ({"row_rules": "main.customers"}, "is no row rule"),
        ({"row_rules": "main.orders: 1 = 1\nmain.orders: 2 = 2"}, "has two row rules"),
        ({"row_rules": "main.orders: total = nothing"}, "nothing"),
        ({"min_group": "1"}, "greater than or equal to 2"),
        ({"hidden": "a\x1bb"}, "Control characters are not text"),
    ],
)
def test_what_is_no_policy_is_told_and_kept_in_the_form(
    owner: Member, shop: DataSource, sent: dict[str, str], told: str
) -> None:
    refused = of(owner).post("/policies/shop/analyst", {"min_group": "5", "action": "save", **sent})
    assert (refused.status_code, told in words(refused)) == (422, True), words(refused)
    assert all_rows(AccessPolicy, owner.tenant.id) == []


def test_no_policy_of_another_tenant_or_of_no_role(owner: Member, outsider: Member, shop: DataSource) -> None:
    for address in ("/policies/shop/analyst", "/policies/shop/everyone"):
        assert of(outsider).get(address).status_code == 404
        assert of(outsider).post(address, {"action": "withdraw"}).status_code == 404
    assert of(owner).get("/policies/shop/boss").status_code == 404
    assert lines_of(Policy())["row_rules"] == ""
