"""Tenants, the people in them, and the audit trail that each change leaves in its own transaction."""

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from tenants import audit, memberships, tenancy
from tenants.context import TenantMismatch, UnscopedRead, tenant_transaction
from tenants.domain_error import Invalid, NotFound
from tenants.memberships import belongings, principal_in
from tenants.models import AuditEvent, Membership, Tenant, User
from tenants.principal import TenantSuspended, principal_of_role
from tenants.roles import Role
from tests.conftest import Member, NewMember
from tests.integration.conftest import undone
from tests.stored import change_tenant


def _events(tenant: Tenant) -> list[tuple[str, str, str]]:
    with tenant_transaction(tenant.id):
        return list(AuditEvent.objects.order_by("at").values_list("action", "actor", "subject"))


def test_a_tenant_is_created_once_and_recorded_once(db: None) -> None:
    first = tenancy.create(slug="acme", name="Acme", actor="user:1")
    second = tenancy.create(slug="acme", name="Other name", actor="user:2")
    assert (second.id, second.name) == (first.id, "Acme")
    assert _events(first) == [("tenant.created", "user:1", "acme")]
    assert [tenant.id for tenant in tenancy.all_tenants()] == [first.id]
    assert tenancy.by_slug("acme").id == first.id


def test_a_tenant_and_its_audit_event_share_a_transaction(db: None) -> None:
    with CaptureQueriesContext(connection) as queries:
        tenancy.create(slug="acme", name="Acme", actor="user:1")
    assert [query["sql"] for query in queries].count("BEGIN") == 1


@pytest.mark.parametrize("slug", ["", "Acme", "a b", "-a", "a/b", "é", "a" * 64, "a\n"])
def test_a_slug_that_cannot_stand_in_an_address_is_refused(db: None, slug: str) -> None:
    with pytest.raises(Invalid):
        tenancy.create(slug=slug, name="Acme", actor="user:1")
    assert tenancy.all_tenants() == []


def test_a_tenant_that_is_not_there_is_not_found(tenant: Tenant) -> None:
    with pytest.raises(NotFound, match='no tenant "nobody"'):
        tenancy.by_slug("nobody")


def test_a_person_belongs_to_tenants_by_name_each_with_its_role(tenant: Tenant, other_tenant: Tenant) -> None:
    person = User.objects.create_user(username="pat")
    for one, role in ((other_tenant, Role.VIEWER), (tenant, Role.ADMIN)):
        with tenant_transaction(one.id):
            memberships.set_role(person, role=role, actor="user:1")
    change_tenant(other_tenant, is_suspended=True)
    found = belongings(person.pk)
    assert [(one.tenant_id, one.tenant.slug, one.tenant.name, one.role, one.tenant.is_suspended) for one in found] == [
        (tenant.id, "acme", "Acme", Role.ADMIN, False),
        (other_tenant.id, "other", "Other", Role.VIEWER, True),
    ]
    assert principal_in(found[0]) == principal_of_role(tenant.id, actor=f"user:{person.pk}", role=Role.ADMIN)
    with pytest.raises(TenantSuspended):
        principal_in(found[1])


def test_a_stranger_belongs_nowhere(owner: Member, outsider: Member) -> None:
    stranger = User.objects.create_user(username="stranger")
    assert belongings(stranger.pk) == ()
    assert [one.tenant.slug for one in belongings(outsider.user.pk)] == ["other"]


def test_a_role_is_changed_in_one_tenant_and_recorded_there(
    tenant: Tenant, other_tenant: Tenant, new_member: NewMember
) -> None:
    person = new_member("pat", tenant, Role.VIEWER).user
    with tenant_transaction(other_tenant.id):
        memberships.set_role(person, role=Role.VIEWER, actor="user:2")
    with tenant_transaction(tenant.id):
        memberships.set_role(person, role=Role.OWNER, actor="user:1")
        assert Membership.objects.get(user=person).role == "owner"
    assert [one.role for one in belongings(person.pk)] == [Role.OWNER, Role.VIEWER]
    assert _events(tenant)[-1] == ("membership.set", "user:1", f"user:{person.pk}")
    assert _events(other_tenant)[-1] == ("membership.set", "user:2", f"user:{person.pk}")


def test_a_role_that_does_not_exist_cannot_be_stored(tenant: Tenant) -> None:
    person = User.objects.create_user(username="pat")
    with pytest.raises(IntegrityError, match="membership_role_is_known"), tenant_transaction(tenant.id):
        Membership.objects.create(tenant_id=tenant.id, user=person, role="king")


def test_a_change_that_fails_leaves_no_audit_event(tenant: Tenant) -> None:
    person = User.objects.create_user(username="pat")
    before = _events(tenant)
    with undone(tenant):
        memberships.set_role(person, role=Role.OWNER, actor="user:1")
    assert _events(tenant) == before
    assert belongings(person.pk) == ()


def test_nothing_is_recorded_without_a_tenant(tenant: Tenant) -> None:
    with pytest.raises(UnscopedRead):
        audit.record("question.asked", actor="user:1")


def test_a_failed_inner_scope_leaves_the_outer_one_open(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_transaction(tenant.id):
        with pytest.raises(ZeroDivisionError), tenant_transaction(tenant.id):
            raise ZeroDivisionError
        with pytest.raises(TenantMismatch), tenant_transaction(other_tenant.id):
            pass
        assert AuditEvent.objects.count() == 1
