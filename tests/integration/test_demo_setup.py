"""The demo beside what is there already: real people keep their accounts, its reader its rights, its key an end."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from config.bootstrap import connect
from config.management.commands.demo import new_key
from nl2sql.demo.bean_there.build import MARK, _fingerprint
from nl2sql.demo.bean_there.generate import ORDERS
from nl2sql.demo.setup import READER, set_up
from tenants import api_keys, memberships
from tenants.api_keys import Unauthenticated
from tenants.context import tenant_transaction
from tenants.models import ApiKey, Tenant, User
from tests.conftest import Connect

UNTIL = date(2026, 3, 1)


def _drop(admin_connection: Connect) -> None:
    with closing(admin_connection("postgres")) as connection:
        connection.execute("DROP DATABASE IF EXISTS bean_there WITH (FORCE)")
        connection.execute(f"DROP ROLE IF EXISTS {READER}".encode())


@pytest.fixture
def built(admin_connection: Connect) -> Iterator[None]:
    """A database that counts as built, by a run that was killed before it let the reader in."""
    _drop(admin_connection)
    with closing(admin_connection("postgres")) as connection:
        connection.execute("CREATE DATABASE bean_there TEMPLATE template0 ENCODING 'UTF8'")
    with closing(admin_connection("bean_there")) as connection:
        connection.execute("CREATE SCHEMA sales")
        connection.execute("CREATE SCHEMA operations")
        connection.execute("CREATE TABLE sales.cups AS SELECT 3 AS size")
        mark = f"{MARK} {_fingerprint(until=UNTIL, orders=ORDERS)}"
        connection.execute(f"COMMENT ON SCHEMA sales IS '{mark}'".encode())
    yield
    _drop(admin_connection)


@pytest.mark.django_db
def test_real_people_of_such_names_stay_who_they_are_and_the_reader_is_let_in(
    built: None, embedded_server: dict[str, Any]
) -> None:
    people = {name: User.objects.create_user(username=name, password=f"{name} knows") for name in ("bea", "nora")}

    demo = set_up(until=UNTIL, connect=connect, password_for=lambda name: f"word of {name}", progress=lambda _: None)

    assert [one.user for one in demo] == ["demo-bea", "demo-nora"]
    told: list[str] = []
    again = set_up(until=UNTIL, connect=connect, password_for=lambda name: f"word of {name}", progress=told.append)
    assert ([one.tenant.id for one in again], told) == ([one.tenant.id for one in demo], []), "all of it is reused"
    for name, person in people.items():
        assert User.objects.get(id=person.id).check_password(f"{name} knows")
        assert memberships.belongings(person.id) == ()
    reader = {**embedded_server, "HOST": "127.0.0.1", "USER": READER, "PASSWORD": f"word of {READER}"}
    with closing(connect(reader, "bean_there")) as connection:
        assert connection.execute("SELECT size FROM sales.cups").fetchall() == [(3,)]
        with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
            connection.execute("DELETE FROM sales.cups")


def test_a_key_ends_with_the_next_one_and_after_a_month(tenant: Tenant) -> None:
    with tenant_transaction(tenant.id):
        _, other = api_keys.issue(name="reports", scopes=[], actor="system:test")
    first, second = new_key(tenant), new_key(tenant)

    with pytest.raises(Unauthenticated):
        api_keys.authenticate(first)
    assert api_keys.authenticate(second).tenant_id == api_keys.authenticate(other).tenant_id == tenant.id
    with tenant_transaction(tenant.id):
        expires_at = ApiKey.objects.get(name="demo", revoked_at=None).expires_at
    assert expires_at is not None
    assert timedelta(days=29) < expires_at - timezone.now() <= timedelta(days=30)
