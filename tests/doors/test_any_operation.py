"""Every operation with what any can answer, and as an outsider with what another tenant stored."""

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone
from rest_framework.test import APIClient

from config.openapi import EVERYWHERE, operations
from schema_index.models import DataSource
from tenants.context import platform_transaction, tenant_transaction
from tenants.models import ApiKey, Tenant
from tests.conftest import Member
from tests.functional.stored_things import store_things
from tests.functional.test_api_contract import assert_problem
from tests.functional.test_every_endpoint import call, endpoints
from tests.functional.test_openapi import described

pytestmark = pytest.mark.django_db(transaction=True)

TRIED_ALREADY = {"unknown_field", "unauthenticated", "insufficient_scope", "not_acceptable"}
"""By test_every_endpoint, at every endpoint."""


@pytest.fixture
def as_superuser(
    admin_connection: Callable[[str], "psycopg.Connection[Any]"],
) -> Callable[..., None]:
    """Executes a statement as the superuser. `{name}` is the database, which may let nobody in, and `{role}` who the
    application connects as."""
    access = settings.DATABASES["default"]

    def execute(statement: str, *, within: str = access["NAME"]) -> None:
        with closing(admin_connection(within)) as connection:
            connection.execute(statement.format(name=access["NAME"], role=access["USER"]))

    return execute


@contextmanager
def key_expired(owner: Member) -> Iterator[None]:
    with tenant_transaction(owner.tenant.id):
        ApiKey.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    yield
    with tenant_transaction(owner.tenant.id):
        ApiKey.objects.update(expires_at=None)


@contextmanager
def tenant_suspended(owner: Member) -> Iterator[None]:
    for is_suspended in (True, False):
        with platform_transaction():
            Tenant.objects.filter(id=owner.tenant.id).update(is_suspended=is_suspended)
        if is_suspended:
            yield


def test_every_operation_gives_what_any_can(
    owner: Member, as_superuser: Callable[..., None], change_environment: Callable[..., Any]
) -> None:
    client = APIClient(raise_request_exception=False)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {owner.key}")
    tried = set(TRIED_ALREADY)

    def all_give(code: str, status: int, **extra: Any) -> None:
        tried.add(code)
        for endpoint in endpoints():
            assert_problem(call(client, endpoint, b"{}", **extra), status=status, code=code)

    all_give("invalid_request", 400, HTTP_HOST="elsewhere.example")
    with key_expired(owner):
        all_give("key_expired", 401)
    with tenant_suspended(owner):
        all_give("tenant_suspended", 403)
    before = settings.ENVIRONMENT
    change_environment(requests_per_minute=0)
    all_give("rate_limited", 429)
    settings.ENVIRONMENT = before
    as_superuser("REVOKE SELECT ON tenants_apikey FROM {role}")
    try:
        all_give("internal_error", 500)
    finally:
        as_superuser("GRANT SELECT ON tenants_apikey TO {role}")
    as_superuser("ALTER DATABASE {name} ALLOW_CONNECTIONS false", within="postgres")
    try:
        connections["default"].close()
        all_give("database_unavailable", 503)
    finally:
        as_superuser("ALTER DATABASE {name} ALLOW_CONNECTIONS true", within="postgres")
    assert tried == set(EVERYWHERE)


FOREIGN: dict[str, list[dict[str, Any]]] = {
    "ask": [
        {"question": "How many customers are there?", "data_source": "shop"},
        {"question": "How many customers are there?", "conversation_id": "{conversation_id}"},
        {"clarifies": "{run_id}", "choice": 1},
    ],
    "rerun_run": [{"sql": "SELECT COUNT(*) FROM customers"}],
    "accept_proposed_schema": [{"fingerprint": "0" * 64}],
    "rate_run": [{"rating": "up"}],
    "rename_conversation": [{"title": "Mine"}],
    "start_evaluation": [{"set": "verified", "data_source": "shop"}, {"set": "verified"}],
    "add_faq": [{"question": "a", "answer": "b", "data_source": "shop"}],
    "replace_faq": [{"question": "a", "answer": "b"}],
    "add_document": [{"text": "# a", "data_source": "shop"}],
    "replace_document": [{"text": "# a"}],
    "propose_verified_query": [{"question": "a", "sql": "SELECT 1", "data_source": "shop"}],
    "change_member": [{"role": "viewer"}],
}
"""What names something that is another tenant's, where an empty body is refused before anything is looked for."""

FOREIGN["ask_short"] = FOREIGN["ask"]


def test_an_outsider_gets_nothing_by_any_operation(owner: Member, outsider: Member, shop: DataSource) -> None:
    known = {"slug": "shop", "role": "analyst", **store_things(owner)}
    theirs = {"Ada", *(one for one in known.values() if one not in ("shop", "analyst"))}
    queries = {"compare_evaluations": f"?before={known['evaluation_id']}", "search": "?q=customers&data_source=shop"}
    for path, method, operation in operations(described()):
        name = operation["operationId"]
        ids = {**known, "entry_id": known["faq" if "faq" in path else "documents"]}
        address = path.format(**ids) + queries.get(name, "")
        if name == "list_suggestions":
            address += "?data_source=shop"
        for body in FOREIGN.get(name, [{}]):
            sent = {field: known.get(str(value).strip("{}"), value) for field, value in body.items()}
            response = getattr(outsider.client, method)(address, sent if method != "get" else None, format="json")
            if "{" in path or name in FOREIGN or name in queries:
                assert_problem(response, status=404, code="not_found")
            text = response.content.decode().replace(response.wsgi_request.path, "")
            assert not any(one in text for one in theirs), (name, text)
