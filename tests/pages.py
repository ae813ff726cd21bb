"""Pages as people open them: signed in, and read as their words."""

import html
import re
from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client

from tenants.models import Tenant, User
from tests.conftest import Member


def of(member: Member) -> Client:
    client = Client()
    client.force_login(member.user)
    return client


def operating(tenant: Tenant | None = None, *, user: User | None = None) -> Client:
    """Somebody of the platform, or who may all of it from now on; works in the tenant where one is given."""
    client = Client()
    if user is None:
        user = User.objects.create_superuser(username="root", password="root knows this")
    User.objects.filter(pk=user.pk).update(is_staff=True, is_superuser=True)
    client.force_login(user)
    if tenant is not None:
        session = client.session
        session["admin_tenant"] = str(tenant.id)
        session.save()
    return client


def staff(member: Member, *codenames: str) -> Client:
    """The member, who is staff from now on, with these permissions."""
    User.objects.filter(pk=member.user.pk).update(is_staff=True)
    member.user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return of(member)


def work_in(client: Client, tenant: Tenant) -> None:
    """Chosen on the page, as operators do."""
    response = client.post(
        "/admin/tenants/tenant/", {"action": "work_in", "_selected_action": [str(tenant.id)]}, follow=True
    )
    assert f"You now work in {tenant.name}." in response.content.decode()


def words(response: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", response.content.decode())).split())
