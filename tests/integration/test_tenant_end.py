"""The end of a tenant: everything it owns can be taken along, and nothing of it is left."""

import json
import zipfile
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.sessions.models import Session
from django.core import signing
from django.core.management import CommandError, call_command
from django.db import connections
from django.utils import timezone

from config.tenant_deletion import delete_tenant
from config.tenant_export import DERIVED, SECRETS, export_tenant
from schema_index.access import policies
from schema_index.embedding.base import SpaceKey
from schema_index.knowledge import knowledge
from schema_index.models import DataSource
from schema_index.vector_index.partial_index import create_statement
from tenants import memberships
from tenants.checks import tenant_owned_models
from tenants.context import tenant_transaction
from tenants.models import ApiKey, AuditEvent, Tenant, User
from tenants.roles import Role
from tests.asking import ask
from tests.conftest import Member, NewMember, Superuser, database_file
from tests.pages import of, operating, work_in
from tests.stored import all_rows

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

CANARY = "zanzibar"


@pytest.fixture
def told(tenant: Tenant, new_member: NewMember, shop: DataSource) -> Member:
    """A tenant with a source, vectors, knowledge, a question, a session; no digest can hold the person's name."""
    analyst = new_member("anna@acme", tenant, Role.ANALYST)
    with tenant_transaction(analyst.tenant.id):
        knowledge.save_faq(question=f"What is {CANARY}?", answer="A word.", actor="system:test")
        policies.save(shop, role="", document={}, actor="system:test")
    ask(analyst, f"How many {CANARY}?")
    browser = of(analyst)
    browser.get("/")
    return analyst


def operate(member: Member) -> None:
    """Somebody of the platform adds and changes things of the tenant, the tenant and its person in the admin."""
    operator = operating()
    work_in(operator, member.tenant)
    answers = [
        operator.post(
            "/admin/schema_index/faqentry/add/",
            {"question": f"Who is {CANARY}?", "answer": "Nobody.", "metadata": "{}", "review_state": "reviewed"},
        ),
        operator.post(
            f"/admin/tenants/tenant/{member.tenant.id}/change/",
            {"slug": "acme", "name": "Acme", "fiscal_year_start_month": "4", "time_zone": "UTC"},
        ),
        operator.post(
            f"/admin/tenants/user/{member.user.pk}/change/",
            {
                "username": member.user.username,
                "is_active": "on",
                "date_joined_0": "2026-01-01",
                "date_joined_1": "0:00",
            },
        ),
    ]
    assert [one.status_code for one in answers] == [302] * len(answers), [text(one) for one in answers]
    assert list(LogEntry.objects.values_list("object_repr", flat=True)) == [member.user.username]


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def traces(superuser: Superuser) -> Callable[..., set[str]]:
    """Tables and indexes of the whole database in which one of the words stands, as the superuser sees them."""

    def find(*words: str) -> set[str]:
        names = superuser.execute(
            "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p')"
        ).fetchall()
        found = {
            name
            for (name,) in names
            for word in words
            if superuser.execute(
                f'SELECT 1 FROM "{name}" AS one WHERE one::text ILIKE %s LIMIT 1', [f"%{word}%"]
            ).fetchone()
        }
        indexes = superuser.execute("SELECT indexname FROM pg_indexes WHERE schemaname = 'public'").fetchall()
        return found | {index for (index,) in indexes for word in words if word.replace("-", "") in index}

    return find


def test_a_deleted_tenant_leaves_nothing_anywhere(
    told: Member, outsider: Member, shop: DataSource, traces: Callable[..., set[str]]
) -> None:
    operate(told)
    with closing(connections["owner"]), connections["owner"].cursor() as cursor:
        cursor.execute(create_statement(told.tenant.id, SpaceKey("all-MiniLM-L6-v2", 384)).as_string(None))
    words = (str(told.tenant.id), CANARY, told.user.username)
    before = traces(*words)
    assert {"tenants_auditevent", "nl2sql_run", "schema_index_chunkembedding", "tenants_user"} | {
        "django_admin_log"
    } <= before
    folder = database_file(told.tenant, "shop").parent
    rotated = signing.dumps({"tenant_id": str(told.tenant.id)}, key="of before a rotation", compress=True)
    Session.objects.create(session_key="old", session_data=rotated, expire_date=timezone.now() + timedelta(days=1))

    deleted = delete_tenant(told.tenant)

    assert (deleted.rows["tenants_tenant"], deleted.indexes, deleted.sessions, deleted.files) == (1, 1, 3, 1)
    assert deleted.people == 1
    assert traces(*words) == set()
    assert not folder.exists()
    assert not Session.objects.exists()
    # The other tenant and its people are as they were.
    assert set(User.objects.values_list("username", flat=True)) == {outsider.user.username, "root"}
    assert outsider.client.get("/api/v1/data-sources").status_code == 200
    with tenant_transaction(outsider.tenant.id):
        assert AuditEvent.objects.exists()


def test_people_of_several_tenants_and_of_the_platform_stay(
    told: Member, other_tenant: Tenant, new_member: NewMember
) -> None:
    operator = User.objects.create_user(username="operator", is_staff=True)
    with tenant_transaction(other_tenant.id):
        memberships.set_role(told.user, role=Role.VIEWER, actor="system:test")
    with tenant_transaction(told.tenant.id):
        memberships.set_role(operator, role=Role.ADMIN, actor="system:test")
    assert delete_tenant(told.tenant).people == 0
    assert set(User.objects.values_list("username", flat=True)) == {told.user.username, "operator"}


def test_who_is_named_elsewhere_leaves_an_empty_account(told: Member, outsider: Member) -> None:
    with tenant_transaction(outsider.tenant.id):
        ApiKey.objects.update(created_by=told.user)
    delete_tenant(told.tenant)
    person = User.objects.get(id=told.user.pk)
    assert (person.username, person.password, person.is_active) == (f"deleted-{person.pk}", "", False)


def test_without_the_owner_nothing_is_deleted(
    told: Member, settings: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match="must repeat the slug"):
        call_command("delete_tenant", "acme", "--confirm", "acne")
    with pytest.raises(CommandError, match="no tenant"):
        call_command("delete_tenant", "nobody", "--confirm", "nobody")
    monkeypatch.setitem(connections["owner"].settings_dict, "PASSWORD", "wrong")
    connections["owner"].close()
    with pytest.raises(CommandError, match="DATABASE_OWNER_URL"):
        call_command("delete_tenant", "acme", "--confirm", "acme")
    assert len(all_rows(DataSource, told.tenant.id)) == 1


def test_an_export_holds_every_row_and_no_secret(told: Member, outsider: Member, tmp_path: Path) -> None:
    path = tmp_path / "acme.zip"
    rows = export_tenant(told.tenant, path=path)
    with zipfile.ZipFile(path) as archive:
        names = set(archive.namelist())
        texts = {name: archive.read(name).decode() for name in names}
    manifest = json.loads(texts["manifest.json"])
    assert manifest["rows"] == rows
    tables = {model._meta.db_table for model in tenant_owned_models()}
    assert names == {"manifest.json", "people.jsonl"} | {f"{table}.jsonl" for table in tables - set(DERIVED)}
    assert [json.loads(line)["username"] for line in texts["people.jsonl"].splitlines()] == [told.user.username]
    for table in tables - set(DERIVED):
        lines = [json.loads(line) for line in texts[f"{table}.jsonl"].splitlines()]
        assert len(lines) == rows[table]
        assert {line["tenant_id"] for line in lines} <= {str(told.tenant.id)}
        assert not any(set(line) & set(SECRETS) for line in lines)
    assert CANARY in texts["nl2sql_run.jsonl"]
    assert outsider.user.username not in "".join(texts.values())
    with pytest.raises(CommandError, match="File exists"):
        call_command("export_tenant", "acme", str(path))


def test_every_column_that_may_open_something_is_known_as_a_secret() -> None:
    """A new one that is none is named here with the reason."""
    no_secrets = {
        "object_key": "names a table",
        "content_hash": "of a text that is exported too",
        "origin_hash": "the same",
        "access_digest": "of a policy",
        "key": "names a question of a set",
        "idempotency_key": "the caller's own name for a request",
        "request_hash": "of a question that is exported too",
    }
    suspicious = {
        field.attname
        for model in tenant_owned_models()
        for field in model._meta.concrete_fields
        if any(word in field.attname for word in ("secret", "digest", "password", "key", "hash", "encrypted", "token"))
    }
    counts = {"input_tokens", "output_tokens", "max_output_tokens", "prompt_tokens"}
    counts |= {"tokens", "tokens_of_day", "tokens_of_month"}
    assert suspicious - set(no_secrets) - counts == set(SECRETS) & suspicious
