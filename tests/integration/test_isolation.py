"""Row-level security itself: read as B what A stored, with no WHERE at all."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.db import ProgrammingError, connection, connections, transaction

from nl2sql.curation import feedback
from nl2sql.evaluation.evaluate import evaluate
from nl2sql.evaluation.question_set import EvaluationQuestion
from nl2sql.models import CachedAnswer, Rating, Run
from schema_index import judged_questions
from schema_index.access import policies
from schema_index.indexing.keyword_index import refresh_frequencies
from schema_index.judged_questions import Judged
from schema_index.knowledge import knowledge
from schema_index.models import DataSource, ProposedSchema
from tenants.checks import tables_force_row_level_security, tenant_owned_models
from tenants.confinement import why_not_confined
from tenants.context import (
    TenantMismatch,
    UnscopedRead,
    identity_transaction,
    platform_transaction,
    tenant_transaction,
)
from tenants.models import AuditEvent, Membership, Tenant
from tenants.request_limits import count
from tests.conftest import Member, leave_doubtful_knowledge, leave_embedding_work, leave_model_settings


@pytest.fixture
def furnished(analyst: Member, shop: DataSource) -> Member:
    """A tenant with at least one row in every tenant-owned table."""
    with tenant_transaction(analyst.tenant.id):
        leave_doubtful_knowledge(shop)
        ProposedSchema.objects.create(
            tenant_id=shop.tenant_id, source=shop, fingerprint="f", change_count=1, broken_count=1
        )
        knowledge.save_document(title="Terms", text="A customer is a person.", actor="system:test")
        refresh_frequencies()
        judged = Judged(question="How many customers are there?", tables=("main.customers",), origin="test")
        judged_questions.save_all([judged], source=shop, actor="system:test")
        policies.save(shop, role="", document={}, actor="system:test")
        leave_embedding_work()
        leave_model_settings()
    count(analyst.principal, "requests")
    question = EvaluationQuestion(key="1", question="How many customers are there?")
    evaluate(analyst.principal, [question], set_name="test")
    with tenant_transaction(analyst.tenant.id):
        run = Run.objects.first()
        assert run is not None
        CachedAnswer.objects.create(
            tenant_id=shop.tenant_id, source=shop, key="k", question="q", answer={}, used_at=run.created_at
        )
    feedback.give(analyst.principal, run.id, rating=Rating.UP)  # proposes a verified query too
    return analyst


def _rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT count(*) FROM "{table}"')
        return int(cursor.fetchone()[0])


@pytest.fixture
def tables() -> list[str]:
    return [model._meta.db_table for model in tenant_owned_models()]


def test_every_table_has_rows_for_its_tenant_none_for_another_and_none_without_one(
    furnished: Member, outsider: Member, tables: list[str]
) -> None:
    with tenant_transaction(furnished.tenant.id):
        own = {table: _rows(table) for table in tables}
    assert {table for table, count in own.items() if count == 0} == set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT nullif(current_setting('app.tenant_id', true), '')")
        assert cursor.fetchone()[0] is None
    assert {table: _rows(table) for table in tables} == dict.fromkeys(tables, 0)

    with tenant_transaction(outsider.tenant.id), connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}" WHERE tenant_id <> %s', [outsider.tenant.id])
            assert cursor.fetchone()[0] == 0, table


def test_the_setting_ends_with_its_transaction(tenant: Tenant) -> None:
    with tenant_transaction(tenant.id):
        assert _rows("tenants_auditevent") > 0
    assert _rows("tenants_auditevent") == 0


def test_a_failed_transaction_leaves_no_setting(tenant: Tenant) -> None:
    with pytest.raises(ZeroDivisionError), tenant_transaction(tenant.id):
        raise ZeroDivisionError
    assert _rows("tenants_auditevent") == 0


def test_an_inner_scope_gives_the_outer_transaction_its_settings_back(tenant: Tenant) -> None:
    with transaction.atomic():
        with tenant_transaction(tenant.id):
            assert _rows("tenants_auditevent") > 0
        assert _rows("tenants_auditevent") == 0


def test_rows_of_another_tenant_can_be_neither_written_nor_moved(tenant: Tenant, outsider: Member) -> None:
    with tenant_transaction(outsider.tenant.id), connection.cursor() as cursor:
        for statement in (
            "INSERT INTO tenants_auditevent (id, tenant_id, at, actor, action, subject, details) "
            "VALUES (gen_random_uuid(), %s, now(), 'x', 'x', '', '{}')",
            "UPDATE tenants_membership SET tenant_id = %s",
        ):
            with pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
                cursor.execute(statement, [tenant.id])


def test_audit_events_can_be_added_and_never_changed(owner: Member) -> None:
    with tenant_transaction(owner.tenant.id), connection.cursor() as cursor:
        assert AuditEvent.objects.count() > 0
        for statement in ("UPDATE tenants_auditevent SET actor = 'nobody'", "DELETE FROM tenants_auditevent"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                cursor.execute(statement)


def test_managers_refuse_unscoped_reads(shop: DataSource) -> None:
    for model in tenant_owned_models():
        with pytest.raises(UnscopedRead):
            model._default_manager.all()


def test_a_scope_cannot_be_opened_inside_another_tenants(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_transaction(tenant.id), pytest.raises(TenantMismatch), tenant_transaction(other_tenant.id):
        pass


def test_identity_shows_one_users_memberships_and_their_tenants(owner: Member, outsider: Member) -> None:
    with identity_transaction(user_id=owner.user.pk):
        found = list(Membership.before_tenant.values_list("user_id", flat=True))
        names = list(Tenant.objects.values_list("slug", flat=True))
    assert (found, names) == ([owner.user.pk], ["acme"])


def test_the_platform_sees_tenants_and_nothing_that_they_own(furnished: Member, outsider: Member) -> None:
    with platform_transaction():
        assert set(Tenant.objects.values_list("slug", flat=True)) == {"acme", "other"}
        assert _rows(Run._meta.db_table) == 0


@pytest.mark.django_db(databases=["default", "owner"])
def test_the_connections_role_is_confined_and_the_owners_is_not(db: None) -> None:
    assert why_not_confined(connection) is None
    reason = why_not_confined(connections["owner"])
    assert reason is not None
    assert "owns tables" in reason


@pytest.mark.django_db(databases=["default", "owner"])
def test_a_table_that_does_not_force_row_level_security_is_reported() -> None:
    assert tables_force_row_level_security(None, databases=["default"]) == []
    table = "tenants_usagecounter"
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        try:
            found = tables_force_row_level_security(None, databases=["default"])
        finally:
            cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    assert [message.msg for message in found] == [f"Table {table} does not force row-level security."]


def test_deleting_a_source_leaves_nothing_of_it(furnished: Member, shop: DataSource, tables: list[str]) -> None:
    def of_source(source_id: UUID) -> Callable[[str], int]:
        def count(table: str) -> int:
            with connection.cursor() as cursor:
                cursor.execute(f'SELECT count(*) FROM "{table}" WHERE source_id = %s', [source_id])
                return int(cursor.fetchone()[0])

        return count

    counted = [
        "schema_index_chunk",
        "schema_index_chunkembedding",
        "schema_index_columnvalue",
        "schema_index_snapshot",
        "schema_index_judgedquestion",
    ]
    with tenant_transaction(furnished.tenant.id):
        assert all(of_source(shop.id)(table) > 0 for table in counted)
        DataSource.objects.get(id=shop.id).delete()
        assert [of_source(shop.id)(table) for table in counted] == [0] * len(counted)
