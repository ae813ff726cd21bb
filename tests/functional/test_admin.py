"""The admin: the platform's operators work inside one tenant at a time, and see no other's rows."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.utils import timezone

from config.embedded_worker import embedded_worker
from nl2sql.curation import feedback
from nl2sql.evaluation.evaluate import evaluate
from nl2sql.evaluation.question_set import EvaluationQuestion
from nl2sql.models import Rating
from schema_index import judged_questions
from schema_index.access import policies
from schema_index.judged_questions import Judged
from schema_index.knowledge import knowledge
from schema_index.models import Chunk, ChunkEmbedding, DataSource, EmbeddingFailure, VocabularyGap
from schema_index.outbound.credentials import decrypt
from schema_index.tasks import embed_tenant
from tenants import api_keys
from tenants.context import platform_transaction, tenant_transaction
from tenants.models import ApiKey, AuditEvent, Membership, Tenant
from tenants.roles import Role
from tenants.tenant_admin import TenantOwnedAdmin
from tests.asking import run_of
from tests.conftest import Member, NewMember, NewSource, leave_embedding_work, leave_model_settings
from tests.pages import of, operating, staff, work_in
from tests.stored import all_rows, only_row

SOURCES = "/admin/schema_index/datasource/"
FAILURES = "/admin/schema_index/embeddingfailure/"
SECRET = "the target's own password"


@pytest.fixture
def operator(db: None) -> Client:
    return operating()


def source_fields(**changed: Any) -> dict[str, Any]:
    return {
        **{"slug": "ledger", "name": "Ledger", "dialect": "postgres", "host": "db.example.com", "port": "5432"},
        **{"database": "ledger", "username": "reader", "password": SECRET, "tls": "require"},
        **dict.fromkeys(("hidden", "values_excluded", "values_included", "include_schemas", "exclude_schemas"), "[]"),
        **changed,
    }


def delete_selected(client: Client, model: str, keys: list[str]) -> None:
    client.post(f"/admin/{model}/", {"action": "delete_selected", "_selected_action": keys, "post": "yes"})


def text(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def furnished(analyst: Member, shop: DataSource) -> Member:
    with tenant_transaction(analyst.tenant.id):
        knowledge.save_faq(question="What is paid?", answer="status = 'paid'", actor="system:test")
        knowledge.save_document(title="Terms", text="A customer is a person.", actor="system:test")
        judged = Judged(question="How many customers are there?", tables=("main.customers",), origin="test")
        judged_questions.save_all([judged], source=shop, actor="system:test")
        policies.save(shop, role="", document={}, actor="system:test")
        leave_embedding_work()
        leave_model_settings()
        VocabularyGap.objects.create(
            tenant_id=shop.tenant_id, source=shop, schema="main", table="customers", column="email", reason="personal"
        )
    question = EvaluationQuestion(key="1", question="How many customers are there?")
    evaluate(analyst.principal, [question], set_name="test")
    run = run_of(analyst, "How many customers are there?")
    feedback.give(analyst.principal, run.id, rating=Rating.UP)
    return analyst


def test_until_a_tenant_is_chosen_nothing_owned_is_shown_or_added(operator: Client, furnished: Member) -> None:
    assert "Choose a tenant to work in" in text(operator.get("/admin/"))
    assert "Acme" in text(operator.get("/admin/tenants/tenant/"))
    for model, model_admin in admin.site._registry.items():
        if isinstance(model_admin, TenantOwnedAdmin):
            address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
            response = operator.get(address)
            assert (response.status_code, "0 " in text(response)) == (200, True), address
            assert operator.get(f"{address}add/").status_code == 403, address


def test_every_list_and_row_of_the_chosen_tenant_opens(operator: Client, furnished: Member, outsider: Member) -> None:
    work_in(operator, furnished.tenant)
    index = text(operator.get("/admin/"))
    assert ("Querent · Acme" in index, "Choose a tenant" in index) == (True, False)

    for model, model_admin in admin.site._registry.items():
        address = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        response = operator.get(address)
        assert response.status_code == 200, address
        if isinstance(model_admin, TenantOwnedAdmin):
            with tenant_transaction(furnished.tenant.id):
                row = model._default_manager.first()
            assert row is not None, address
            assert operator.get(f"{address}{row.pk}/change/").status_code == 200, address


def test_rows_of_other_tenants_are_neither_listed_nor_opened(
    operator: Client, furnished: Member, outsider: Member, new_sqlite_source: NewSource
) -> None:
    foreign = new_sqlite_source(outsider.tenant, slug="foreign")
    key = only_row(ApiKey, outsider.tenant.id)
    membership = only_row(Membership, outsider.tenant.id)
    work_in(operator, furnished.tenant)

    listed = text(operator.get(SOURCES))
    assert ("Shop" in listed, "Foreign" in listed) == (True, False)
    for address in (
        f"{SOURCES}{foreign.id}/change/",
        f"{SOURCES}{foreign.id}/delete/",
        f"/admin/tenants/apikey/{key.id}/change/",
        f"/admin/tenants/membership/{membership.id}/change/",
    ):
        response = operator.get(address, follow=True)
        assert response.redirect_chain[-1][0] == "/admin/", address
    operator.post(SOURCES, {"action": "delete_selected", "_selected_action": [str(foreign.id)], "post": "yes"})
    operator.post(f"{SOURCES}{foreign.id}/change/", source_fields(slug="taken"))
    assert [one.slug for one in all_rows(DataSource, outsider.tenant.id)] == ["foreign"]


def test_a_source_is_added_with_its_password_encrypted_and_never_shown(operator: Client, tenant: Tenant) -> None:
    work_in(operator, tenant)

    response = operator.post(f"{SOURCES}add/", source_fields(), follow=True)

    assert "was added successfully" in text(response)
    with tenant_transaction(tenant.id):
        source = DataSource.objects.get()
        events = list(AuditEvent.objects.values_list("action", "subject"))
    stored = bytes(source.encrypted_password)
    assert SECRET.encode() not in stored
    assert decrypt(stored, tenant_id=tenant.id, source_id=source.id) == SECRET
    assert ("admin.added", f"schema_index.DataSource:{source.pk}") in events
    page = text(operator.get(f"{SOURCES}{source.pk}/change/"))
    assert 'type="password"' in page
    assert SECRET not in page
    assert stored.decode() not in page
    history = text(operator.get(f"{SOURCES}{source.pk}/history/", follow=True))
    assert ("root (user:" in history, "admin.added" in history, SECRET in history) == (True, True, False)


def test_an_empty_password_keeps_the_stored_one(operator: Client, tenant: Tenant) -> None:
    work_in(operator, tenant)
    operator.post(f"{SOURCES}add/", source_fields())
    before = only_row(DataSource, tenant.id)

    operator.post(f"{SOURCES}{before.pk}/change/", source_fields(name="Renamed", password=""))

    after = only_row(DataSource, tenant.id)
    assert (after.name, bytes(after.encrypted_password)) == ("Renamed", bytes(before.encrypted_password))


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"slug": "No slug"}, "Enter a valid “slug”"),
        ({"port": "70000"}, "less than or equal to 65535"),
        ({"dialect": "oracle"}, "Select a valid choice"),
        ({"hidden": "{"}, "Enter a valid JSON"),
        ({"hidden": '{"a": 1}'}, "list of names"),
        ({"hidden": "[1]"}, "list of names"),
        ({"values_excluded": '"all"'}, "list of names"),
        ({"include_schemas": "[null]"}, "list of names"),
    ],
)
def test_a_source_that_cannot_be_is_not_added(operator: Client, tenant: Tenant, changed: Any, told: str) -> None:
    work_in(operator, tenant)

    response = operator.post(f"{SOURCES}add/", source_fields(**changed))

    assert (response.status_code, told in text(response)) == (200, True)
    assert all_rows(DataSource, tenant.id) == []


def test_a_slug_is_taken_once_a_tenant(operator: Client, tenant: Tenant, other_tenant: Tenant) -> None:
    for chosen in (tenant, other_tenant):
        work_in(operator, chosen)
        assert "was added successfully" in text(operator.post(f"{SOURCES}add/", source_fields(), follow=True))

    again = operator.post(f"{SOURCES}add/", source_fields())

    assert (again.status_code, "already exists" in text(again)) == (200, True)


def test_lists_left_empty_are_empty(operator: Client, tenant: Tenant) -> None:
    work_in(operator, tenant)

    operator.post(f"{SOURCES}add/", source_fields(hidden="", include_schemas=""))

    with tenant_transaction(tenant.id):
        assert DataSource.objects.values_list("hidden", "include_schemas").get() == ([], [])


def test_a_hidden_table_leaves_the_index_at_once(operator: Client, tenant: Tenant, shop: DataSource) -> None:
    work_in(operator, tenant)

    response = operator.post(
        f"{SOURCES}{shop.pk}/change/",
        source_fields(slug="shop", dialect="sqlite", database=shop.database, hidden='["main.orders"]'),
        follow=True,
    )

    assert "was changed successfully" in text(response)
    with tenant_transaction(tenant.id):
        assert list(Chunk.objects.filter(kind="table").values_list("object_key", flat=True)) == ["main.customers"]


def test_a_key_is_revoked_and_cannot_be_rewritten(operator: Client, analyst: Member) -> None:
    work_in(operator, analyst.tenant)
    key = only_row(ApiKey, analyst.tenant.id)

    assert key.digest not in text(operator.get(f"/admin/tenants/apikey/{key.id}/change/"))
    assert operator.post(f"/admin/tenants/apikey/{key.id}/change/", {"scopes": "keys:write"}).status_code == 403
    operator.post("/admin/tenants/apikey/", {"action": "revoke_keys", "_selected_action": [str(key.id)]})

    assert analyst.client.post("/nl2sql", {}).status_code == 401


def test_a_membership_is_added_in_the_chosen_tenant(operator: Client, tenant: Tenant, outsider: Member) -> None:
    work_in(operator, tenant)

    operator.post("/admin/tenants/membership/add/", {"user": outsider.user.pk, "role": "viewer"})
    again = operator.post("/admin/tenants/membership/add/", {"user": outsider.user.pk, "role": "owner"})

    assert (again.status_code, "already exists" in text(again)) == (200, True)
    with tenant_transaction(tenant.id):
        assert list(Membership.objects.values_list("user__username", "role")) == [("otto", "viewer")]


def test_a_time_zone_must_exist(operator: Client, tenant: Tenant) -> None:
    fields = {"slug": "acme", "name": "Acme", "fiscal_year_start_month": "4"}

    wrong = operator.post(f"/admin/tenants/tenant/{tenant.pk}/change/", {**fields, "time_zone": "Mars/Olympus"})
    assert (wrong.status_code, "There is no such time zone" in text(wrong)) == (200, True)
    operator.post(f"/admin/tenants/tenant/{tenant.pk}/change/", {**fields, "time_zone": "Europe/Paris"})

    with platform_transaction():
        assert Tenant.objects.get(id=tenant.pk).time_zone == "Europe/Paris"


def test_what_is_done_to_a_tenant_stands_in_its_own_audit_trail(
    operator: Client, tenant: Tenant, other_tenant: Tenant
) -> None:
    work_in(operator, other_tenant)
    fields = {"name": "Acme", "fiscal_year_start_month": "1", "time_zone": "UTC", "is_suspended": "on"}
    operator.post(f"/admin/tenants/tenant/{tenant.pk}/change/", {**fields, "slug": "acme"})
    operator.post("/admin/tenants/tenant/add/", {**fields, "slug": "third"})
    work_in(operator, tenant)

    subject = f"tenants.Tenant:{tenant.pk}"
    assert _admin_events(tenant) == {
        ("admin.changed", subject, ("is_suspended",)),
        ("admin.entered", subject, ()),
    }
    assert _admin_events(other_tenant) == {("admin.entered", f"tenants.Tenant:{other_tenant.pk}", ())}
    with platform_transaction():
        third = Tenant.objects.get(slug="third")
    assert {action for action, _, _ in _admin_events(third)} == {"admin.added"}


def test_each_row_deleted_together_leaves_an_event(operator: Client, furnished: Member, new_member: NewMember) -> None:
    vera = new_member("vera", furnished.tenant, Role.VIEWER)
    work_in(operator, furnished.tenant)
    with tenant_transaction(furnished.tenant.id):
        keys = [str(key) for key in Membership.objects.values_list("pk", flat=True)]
        made, _ = api_keys.issue(name="hers", scopes=[], actor="system:test", maker_id=vera.user.pk)

    delete_selected(operator, "tenants/membership", keys)

    expected = {("admin.deleted", f"tenants.Membership:{key}", ()) for key in keys}
    assert len(expected) == 2
    assert expected == {event for event in _admin_events(furnished.tenant) if event[0] == "admin.deleted"}
    with tenant_transaction(furnished.tenant.id):
        assert not Membership.objects.exists()
        assert ApiKey.objects.exclude(revoked_at=None).get() == made


@pytest.mark.parametrize("may", ["view", "change"])
def test_staff_who_may_only_look_neither_sync_nor_revoke(owner: Member, shop: DataSource, may: str) -> None:
    client = staff(owner, f"{may}_datasource", f"{may}_apikey", "view_tenant", "view_apikey")
    work_in(client, owner.tenant)
    key = only_row(ApiKey, owner.tenant.id)

    assert ('value="sync_now"' in text(client.get(SOURCES))) is (may == "change")
    client.post("/admin/tenants/apikey/", {"action": "revoke_keys", "_selected_action": [str(key.id)]})

    with tenant_transaction(owner.tenant.id):
        assert (ApiKey.objects.get().revoked_at is not None) is (may == "change")


def test_a_policy_is_looked_at_before_it_is_saved(operator: Client, tenant: Tenant, shop: DataSource) -> None:
    work_in(operator, tenant)
    address = "/admin/schema_index/accesspolicy/add/"
    hiding = {"source": str(shop.id), "role": "analyst", "document": '{"columns": {"main.customers.email": "hidden"}}'}

    today = text(operator.get(f"{address}?source={shop.id}&role=analyst"))
    looked = text(operator.post(address, {**hiding, "_preview": "1"}))

    assert "id, name, city, email</td>" in today
    assert ("id, name, city, email (hidden)</td>" in looked, "Please correct" in looked) == (True, False)
    with tenant_transaction(tenant.id):
        assert policies.current(shop, role="analyst") is None
    operator.post(address, hiding)
    saved = text(operator.get(f"{address}?source={shop.id}&role=analyst"))
    assert ("email (hidden)" in saved, "main.customers.email" in saved) == (True, True)
    for strange in ("source=x", "from=x", f"source={tenant.id}"):
        assert operator.get(f"{address}?{strange}").status_code == 200


def test_members_of_tenants_do_not_enter(owner: Member) -> None:
    client = of(owner)

    for address in ("/admin/", SOURCES, "/admin/tenants/tenant/"):
        response = client.get(address)
        assert (response.status_code, response["Location"].startswith("/admin/login/")) == (302, True)


def test_staff_of_a_tenant_work_in_their_own_and_nowhere_else(
    owner: Member, analyst: Member, outsider: Member, shop: DataSource
) -> None:
    """Each kind of person at each model: whatever permissions they have, staff reach what their membership reaches."""
    for member in (owner, analyst, outsider):
        staff(member, *Permission.objects.values_list("codename", flat=True))

    def opened(member: Member, tenant: Tenant, *, models: Any = tuple(admin.site._registry)) -> dict[str, set[str]]:
        """Models by how their lists answer somebody whose session says that they work in the tenant."""
        client = of(member)
        session = client.session
        session["admin_tenant"] = str(tenant.id)
        session.save()
        told: dict[str, set[str]] = {}
        for model in models:
            model_admin = admin.site._registry[model]
            response = client.get(f"/admin/{model._meta.app_label}/{model._meta.model_name}/")
            rows = len(response.context["cl"].result_list) if response.status_code == 200 else 0
            kind = "owned" if isinstance(model_admin, TenantOwnedAdmin) else model._meta.model_name
            told.setdefault(f"{kind} {response.status_code} {'rows' if rows else 'empty'}", set()).add(model.__name__)
        return told

    own = opened(owner, owner.tenant)
    assert own["owned 200 rows"] >= {"DataSource", "Membership", "ApiKey", "AuditEvent", "Chunk"}
    for member, tenant in ((outsider, owner.tenant), (analyst, analyst.tenant), (owner, outsider.tenant)):
        told = opened(member, tenant, models=[DataSource, AuditEvent, Membership, ApiKey, Tenant])
        assert "owned 200 rows" not in told, member
        # An analyst has no tenant to choose; the others have their own.
        assert f"tenant 200 {'empty' if member is analyst else 'rows'}" in told
    assert "user 403 empty" in own, "accounts are of people of all tenants"

    client = of(owner)
    listed = text(client.get("/admin/tenants/tenant/"))
    assert ("Acme" in listed, "Other" in listed) == (True, False)
    for tenant in (outsider.tenant, owner.tenant):
        changed = {"slug": tenant.slug, "name": "Mine", "time_zone": "UTC", "fiscal_year_start_month": "1"}
        assert client.post(f"/admin/tenants/tenant/{tenant.pk}/change/", changed).status_code in (302, 403)
    work_in(client, owner.tenant)
    assert client.get("/admin/tenants/membership/add/").status_code == 403
    with platform_transaction():
        assert set(Tenant.objects.values_list("name", flat=True)) == {"Acme", "Other"}
    with tenant_transaction(owner.tenant.id):
        Membership.objects.filter(user=owner.user).update(role=Role.VIEWER.value)
    assert "Choose a tenant" in text(client.get("/admin/")), "a role that ended ends the work too"


def test_staff_without_permissions_see_nothing(owner: Member, shop: DataSource) -> None:
    client = staff(owner)

    assert client.get(SOURCES).status_code == 403
    response = client.post("/admin/tenants/tenant/", {"action": "work_in", "_selected_action": [str(shop.tenant_id)]})
    assert response.status_code == 403


@pytest.mark.django_db(databases=["default", "owner"])
def test_sync_now_reads_and_embeds_by_the_embedded_worker(
    operator: Client, tenant: Tenant, new_sqlite_source: NewSource, quiet_queue: None
) -> None:
    source = new_sqlite_source(tenant, index_values=False)
    broken = new_sqlite_source(tenant, slug="broken")
    with tenant_transaction(tenant.id):
        DataSource.objects.filter(id=broken.id).update(database="gone.sqlite")
    work_in(operator, tenant)

    one = operator.post(SOURCES, {"action": "sync_now", "_selected_action": [str(broken.id)]}, follow=True)
    assert '<meta http-equiv="refresh" content="2">' in text(one), "it waits for a worker"
    with embedded_worker():
        response = operator.post(
            SOURCES, {"action": "sync_now", "_selected_action": [str(source.id), str(broken.id)]}, follow=True
        )
        assert "was started" in text(response)
        assert response.redirect_chain == [("/admin/schema_index/syncrun/", 302)]
        _until(lambda: _embedded(tenant) == {"main.customers", "main.orders"})
        _until(lambda: "existing database file" in text(operator.get(SOURCES)))
        _until(lambda: "http-equiv" not in text(operator.get("/admin/schema_index/syncrun/")))

    with tenant_transaction(tenant.id):
        stored = DataSource.objects.select_related("snapshot").get(id=source.id)
    assert stored.snapshot is not None
    assert (stored.sync_error, stored.snapshot.revision) == ("", 1)


def _admin_events(tenant: Tenant) -> set[tuple[str, str, tuple[str, ...]]]:
    """Action, subject and changed fields of whatever the admin did."""
    with tenant_transaction(tenant.id):
        events = list(AuditEvent.objects.filter(action__startswith="admin."))
    return {(event.action, event.subject, tuple(event.details.get("fields", ()))) for event in events}


def _embedded(tenant: Tenant) -> set[str]:
    with tenant_transaction(tenant.id):
        return set(ChunkEmbedding.objects.filter(kind="table").values_list("chunk__object_key", flat=True))


def _until(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not holds():
        assert time.monotonic() < deadline, "the worker did not do it in time"
        time.sleep(0.05)


def test_refused_texts_are_shown_with_their_reason_and_tried_again(
    operator: Client, furnished: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(embed_tenant, "delay", asked.append)
    work_in(operator, furnished.tenant)
    assert "The embedder refuses this text." in text(operator.get(FAILURES))
    refused = only_row(EmbeddingFailure, furnished.tenant.id)
    operator.post(FAILURES, {"action": "retry_failed", "_selected_action": [str(refused.id)]})
    assert asked == [str(furnished.tenant.id)]
    assert all_rows(EmbeddingFailure, furnished.tenant.id) == []
    assert only_row(AuditEvent, furnished.tenant.id, action="embedding.retried").subject == "1 texts"


def test_the_audit_trail_tells_who_saw_a_column_in_a_month(
    operator: Client, analyst: Member, owner: Member, outsider: Member, shop: DataSource
) -> None:
    run_of(analyst, "List the email of customers")
    run_of(owner, "List the city of customers")
    run_of(owner, "List the email of customers", mode="sql")
    work_in(operator, analyst.tenant)
    now = timezone.now()

    def found(words: str, *, month: str = f"&at__year={now.year}&at__month={now.month}") -> set[tuple[str, str]]:
        response = operator.get(f"/admin/tenants/auditevent/?q={words}{month}")
        return {(event.actor, event.action) for event in response.context["cl"].result_list}

    saw = {(analyst.principal.actor, "question.ended")}
    assert found("main.customers.email") == saw
    assert found("main.customers.email", month="&at__year=2020&at__month=3") == set()
    assert found("main.customers.email question.asked") == set()
    assert found("main.customers question.ended") == saw | {(owner.principal.actor, "question.ended")}
    assert found("anna question") == saw | {(analyst.principal.actor, "question.asked")}
    assert found("otto") == set()

    address = "/api/v1/audit"
    (event,) = owner.client.get(address, {"column": "main.customers.email"}).json()["items"]
    details = {"status": "completed", "tables": ["main.customers"], "columns": ["main.customers.email"]}
    assert (event["actor"], event["details"]) == (analyst.principal.actor, details)
    assert len(owner.client.get(address, {"table": "main.customers"}).json()["items"]) == 3
    assert outsider.client.get(address, {"column": "main.customers.email"}).json()["items"] == []
