"""The table of vectors cut by tenant and made one again: the same rows, the same answers, the same isolation."""

import re
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, connections, models, transaction

from schema_index.models import ChunkEmbedding
from schema_index.retrieval.nearest import Ranked, nearest_chunks
from schema_index.vector_index import advice
from schema_index.vector_index.measure import partition_count, table_facts, table_of
from schema_index.vector_index.partial_index import TABLE, index_name
from schema_index.vector_index.partitions import repartition
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.commands import said
from tests.conftest import Superuser
from tests.integration.test_vector_index import ANALYZE, KINDS, SPACE, _fill, _names, _plan, _used, _vectors

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

Structure = Callable[[], list[tuple[str, ...]]]

STRUCTURE = """
SELECT 'constraint', conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = to_regclass(%s)
UNION ALL SELECT 'index', indexname, indexdef FROM pg_indexes WHERE tablename = %s
UNION ALL SELECT 'trigger', tgname, pg_get_triggerdef(oid) FROM pg_trigger
    WHERE tgrelid = to_regclass(%s) AND NOT tgisinternal
UNION ALL SELECT 'policy', policyname, concat_ws(' ', cmd, roles, qual, with_check) FROM pg_policies
    WHERE tablename = %s
UNION ALL SELECT 'column', attname, concat_ws(' ', atttypid::regtype, attnotnull, attstorage) FROM pg_attribute
    WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped
UNION ALL SELECT 'right', grantee, string_agg(privilege_type, ' ' ORDER BY privilege_type)
    FROM information_schema.role_table_grants WHERE table_name = %s GROUP BY grantee
ORDER BY 1, 2
"""


@pytest.fixture(autouse=True)
def _small_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(advice, "BUILD_ABOVE", 300)


@pytest.fixture(autouse=True)
def _one_table(db: None) -> Iterator[None]:
    """Whatever a test leaves behind."""
    yield
    if partition_count():
        repartition(0)
    with connections["owner"].cursor() as cursor:
        for name in _names():
            cursor.execute(f'DROP INDEX "{name}"')


@pytest.fixture
def structure(superuser: Superuser) -> Structure:
    return lambda: superuser.execute(STRUCTURE, [TABLE] * 6).fetchall()


def rows(tenant: Tenant) -> Any:
    """How many, and a digest of all their columns."""
    with tenant_transaction(tenant.id), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*), md5(string_agg(t::text, '' ORDER BY id)) FROM {TABLE} t")
        return cursor.fetchone()


def nearest(tenant: Tenant) -> Ranked:
    with tenant_transaction(tenant.id):
        return nearest_chunks(_vectors(1, seed=9)[0], space=SPACE, kinds=KINDS, source_id=None, limit=10)


def partition(*arguments: str) -> str:
    return said("partition_vectors", *arguments, stderr=StringIO())


def test_there_and_back(
    tenant: Tenant, other_tenant: Tenant, structure: Structure, superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(tenant, 2_500)
    _fill(other_tenant, 200, seed=2)
    both = (tenant, other_tenant)
    before = [rows(one) for one in both], [nearest(one) for one in both]
    plain = structure()

    assert "will be copied into 4 partitions" in partition("--hash", "4", "--dry-run")
    assert (structure(), partition_count()) == (plain, 0)
    name = index_name(tenant.id, SPACE)
    told = partition("--hash", "4")
    assert "2,700 vectors copied: it is 4 partitions now." in told
    assert name in told
    assert (partition_count(), table_facts().live_rows) == (4, 2_700)

    assert [rows(one) for one in both] == before[0]
    assert nearest(other_tenant) == before[1][1]
    assert {chunk for chunk, _ in nearest(tenant)} & {chunk for chunk, _ in before[1][0]}
    superuser.execute(ANALYZE)
    plan = _plan(tenant)
    assert _used(plan) == [name]
    assert "_p" in table_of(tenant.id)
    assert len(re.findall(r"Scan using \w+ on schema_index_chunkembedding", plan)) == 1, "one partition is looked at"
    _assert_isolated(tenant, other_tenant)
    _assert_migrations_go_on()
    # Everything but the primary key is as it was, under the same names.
    changed = set(structure()) ^ set(plain)
    assert {(kind, one) for kind, one, _ in changed if kind in ("constraint", "policy", "trigger", "column")} == {
        ("constraint", f"{TABLE}_pkey")
    }

    assert partition("--hash", "4") == "It is 4 partitions already.\n"
    monkeypatch.setattr(advice, "BUILD_ABOVE", 3_000)
    partition("--undo")
    assert [rows(one) for one in both] == before[0]
    assert structure() == plain
    assert [nearest(one) for one in both] == before[1]


def _assert_isolated(tenant: Tenant, other_tenant: Tenant) -> None:
    with tenant_transaction(other_tenant.id), connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {TABLE} WHERE tenant_id = %s", [tenant.id])
        assert cursor.fetchone() == (0,)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            cursor.execute(f"SELECT count(*) FROM {table_of(tenant.id)}")
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table_of(tenant.id)}")
        assert cursor.fetchone() == (0,)
    _write_again(tenant.id)


def _write_again(tenant_id: UUID) -> None:
    """In place of the rows that are there."""
    with tenant_transaction(tenant_id), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {TABLE} SET content_hash = content_hash WHERE tenant_id = %s", [tenant_id])
        assert cursor.rowcount == 2_500


def _assert_migrations_go_on() -> None:
    field = models.IntegerField(default=7)
    field.set_attributes_from_name("tried")
    with connections["owner"].schema_editor() as editor:
        editor.add_field(ChunkEmbedding, field)
        editor.remove_field(ChunkEmbedding, field)
    call_command("migrate", database="owner", verbosity=0)


def test_what_holds_the_table_stops_it_and_nothing_is_changed(
    tenant: Tenant, structure: Structure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("schema_index.vector_index.partitions.SWAP_TRIES", 1)
    monkeypatch.setattr("schema_index.vector_index.partitions.SWAP_TIMEOUT_S", 0.05)
    _fill(tenant, 10)
    plain = structure()
    with tenant_transaction(tenant.id):
        assert ChunkEmbedding.objects.count() == 10
        with pytest.raises(CommandError, match="Nothing was changed"):
            partition("--hash", "2")
    assert structure() == plain
