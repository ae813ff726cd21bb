"""A tenant's own vector index: built beside running work, used, complete, and dropped when it no longer pays."""

import json
import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from schema_index.embedding.base import SpaceKey, Vectors
from schema_index.models import Chunk, ChunkEmbedding
from schema_index.retrieval import nearest
from schema_index.retrieval.nearest import exactly_nearest, nearest_chunks, search_statement
from schema_index.tasks import tend_index
from schema_index.vector_index import advice
from schema_index.vector_index.advice import Action
from schema_index.vector_index.measure import vector_indexes
from schema_index.vector_index.partial_index import index_name
from schema_index.vector_index.tend import BUILDER_LOCK, tend
from schema_index.vector_index.write import write_vectors
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.commands import said
from tests.conftest import Superuser

pytestmark = pytest.mark.django_db(databases=["default", "owner"])

SPACE = SpaceKey("words", 16)
KINDS = ("faq", "document")
ANALYZE = "ANALYZE schema_index_chunkembedding"


@pytest.fixture(autouse=True)
def _small_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of rows would show nothing more."""
    monkeypatch.setattr(advice, "BUILD_ABOVE", 300)
    monkeypatch.setattr(advice, "DROP_BELOW", 150)


@pytest.fixture(autouse=True)
def _no_index_survives(db: None) -> Iterator[None]:
    yield
    with connections["owner"].cursor() as cursor:
        for index in vector_indexes():
            cursor.execute(f'DROP INDEX "{index.name}"')


def _vectors(count: int, *, seed: int) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((count, SPACE.dimension)).astype(np.float32)
    unit: Vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit


def _fill(tenant: Tenant, count: int, *, seed: int = 1, space: SpaceKey = SPACE) -> None:
    """Every fiftieth is an FAQ entry."""
    with tenant_transaction(tenant.id):
        chunks = Chunk.objects.bulk_create(
            Chunk(
                tenant_id=tenant.id,
                kind="document" if number % 50 else "faq",
                object_key=str(uuid4()),
                title="t",
                text="t",
                content_hash="h",
            )
            for number in range(count)
        )
        write_vectors(chunks, _vectors(count, seed=seed), space=space)


def _plan(tenant: Tenant, *, may_use_index: bool = True, prefix: str = "EXPLAIN ") -> str:
    with tenant_transaction(tenant.id), connection.cursor() as cursor:
        statement = search_statement(
            _vectors(1, seed=9)[0],
            space=SPACE,
            kinds=KINDS,
            source_id=None,
            limit=10,
            may_use_index=may_use_index,
        )
        cursor.execute(prefix + statement.as_string(None))
        return "\n".join(line for (line,) in cursor.fetchall())


def _used(plan: str) -> list[str]:
    return re.findall(r"Index Scan using (vectors_\w+)", plan)


def _names() -> list[str]:
    return [index.name for index in vector_indexes()]


def test_the_task_builds_an_index_which_queries_use_under_row_level_security(
    tenant: Tenant, other_tenant: Tenant, superuser: Superuser
) -> None:
    _fill(tenant, 2_500)
    _fill(other_tenant, 200)
    for one in (tenant, other_tenant):
        tend_index.run(str(one.id))
    name = index_name(tenant.id, SPACE)
    assert _names() == [name]
    superuser.execute(ANALYZE)
    assert (_used(_plan(tenant)), _used(_plan(tenant, may_use_index=False))) == ([name], [])
    assert _used(_plan(other_tenant)) == []
    # A second look finds nothing to do.
    assert tend(tenant.id).actions == ()


def test_a_large_index_is_searched_with_more_candidates(
    tenant: Tenant, superuser: Superuser, monkeypatch: pytest.MonkeyPatch
) -> None:
    _fill(tenant, 400)
    tend(tenant.id)
    superuser.execute(ANALYZE)
    kept = []
    for large in (401, 400):
        monkeypatch.setattr(nearest, "LARGE", large)
        with tenant_transaction(tenant.id), connection.cursor() as cursor:
            nearest_chunks(_vectors(1, seed=9)[0], space=SPACE, kinds=KINDS, source_id=None, limit=10)
            cursor.execute("SHOW hnsw.ef_search")
            kept.append(cursor.fetchone())
    assert kept == [("160",), ("320",)]


def test_generic_plans_cannot_hide_it(tenant: Tenant, superuser: Superuser) -> None:
    _fill(tenant, 2_500)
    tend(tenant.id)
    superuser.execute(ANALYZE)
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan")
        try:
            assert len(_used(_plan(tenant))) == 1
        finally:
            cursor.execute("RESET plan_cache_mode")


def test_the_indexed_search_is_never_short_and_keeps_to_kind_tenant_and_space(
    tenant: Tenant, other_tenant: Tenant, superuser: Superuser
) -> None:
    _fill(tenant, 1_500)
    _fill(tenant, 400, seed=2, space=SpaceKey("other words", 16))
    _fill(other_tenant, 400, seed=3)
    for one in (tenant, other_tenant):
        tend(one.id)
    superuser.execute(ANALYZE)
    with tenant_transaction(tenant.id):
        own = dict(ChunkEmbedding.objects.filter(model=SPACE.model).values_list("chunk_id", "kind"))
        for vector in _vectors(5, seed=4):
            for kinds, limit in ((KINDS, 40), (["faq"], 20), (["faq"], 60)):
                found = nearest_chunks(vector, space=SPACE, kinds=kinds, source_id=None, limit=limit)
                exact = exactly_nearest(vector, space=SPACE, kinds=kinds, source_id=None, limit=limit)
                assert len(found) == len(exact) == min(limit, sum(kind in kinds for kind in own.values()))
                assert {own[chunk_id] for chunk_id, _ in found} <= set(kinds)
                assert len({*found} & {*exact}) >= 0.9 * len(exact)
                assert [distance for _, distance in found] == sorted(distance for _, distance in found)


def test_a_rare_kind_is_reached_by_scanning_on(tenant: Tenant, superuser: Superuser) -> None:
    """One in fifty: a graph search that stopped after its first candidates would see about two of them."""
    _fill(tenant, 1_500)
    tend(tenant.id)
    superuser.execute(ANALYZE)
    with tenant_transaction(tenant.id), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")  # leaves only the index
        statement = search_statement(
            _vectors(1, seed=9)[0],
            space=SPACE,
            kinds=["faq"],
            source_id=None,
            limit=25,
            may_use_index=True,
        ).as_string(None)
        cursor.execute(f"EXPLAIN {statement}")
        assert len(_used("\n".join(line for (line,) in cursor.fetchall()))) == 1
        cursor.execute(statement)
        assert len(cursor.fetchall()) == 25


def test_nothing_similar_is_said_only_after_an_exact_search(tenant: Tenant, superuser: Superuser) -> None:
    _fill(tenant, 2_500)
    tend(tenant.id)
    superuser.execute(ANALYZE)
    (vector,) = _vectors(1, seed=9)
    with tenant_transaction(tenant.id):
        exact = exactly_nearest(vector, space=SPACE, kinds=KINDS, source_id=None, limit=5)
        with CaptureQueriesContext(connection) as queries:
            found = nearest_chunks(vector, space=SPACE, kinds=KINDS, source_id=None, limit=5, threshold=1.0)
    assert (found, len(queries)) == (exact, 2)


def test_an_index_goes_when_its_tenant_shrinks_or_leaves_the_space(tenant: Tenant) -> None:
    _fill(tenant, 400)
    assert [action for action, _ in tend(tenant.id).actions] == [Action.BUILD]
    with tenant_transaction(tenant.id):
        kept = list(ChunkEmbedding.objects.values_list("id", flat=True)[:100])
        ChunkEmbedding.objects.exclude(id__in=kept).delete()
    assert [action for action, _ in tend(tenant.id).actions] == [Action.DROP]
    _fill(tenant, 300)
    assert [action for action, _ in tend(tenant.id).actions] == [Action.BUILD]
    with tenant_transaction(tenant.id):
        ChunkEmbedding.objects.all().delete()
    assert [action for action, _ in tend(tenant.id).actions] == [Action.DROP]
    assert _names() == []


def test_a_bloated_index_is_built_again(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    _fill(tenant, 400)
    tend(tenant.id)
    monkeypatch.setattr(advice, "BLOATED", 0.1)
    assert [action for action, _ in tend(tenant.id).actions] == [Action.REINDEX]
    assert [index.is_valid for index in vector_indexes()] == [True]


def test_what_an_interrupted_build_left_is_dropped_and_built(tenant: Tenant, superuser: Superuser) -> None:
    _fill(tenant, 400)
    tend(tenant.id)
    (name,) = _names()
    superuser.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = %s::regclass", [name])
    assert tend(tenant.id).actions == ((Action.DROP, name), (Action.BUILD, name))
    assert [index.is_valid for index in vector_indexes()] == [True]


def test_only_one_process_builds(tenant: Tenant, superuser: Superuser) -> None:
    _fill(tenant, 400)
    superuser.execute("SELECT pg_advisory_lock(%s)", [BUILDER_LOCK])
    try:
        assert tend(tenant.id).is_busy
    finally:
        superuser.execute("SELECT pg_advisory_unlock(%s)", [BUILDER_LOCK])
    assert _names() == []
    assert not tend(tenant.id).is_busy
    assert len(_names()) == 1


def test_stats_tell_and_advise_and_the_command_acts(tenant: Tenant, other_tenant: Tenant) -> None:
    _fill(tenant, 400)

    def spaces() -> list[dict[str, Any]]:
        (told,) = json.loads(said("index_stats", "--json", "--tenant", tenant.slug))["tenants"]
        assert told["chunks"] == 400
        return [space for space in told["spaces"] if space["model"] == SPACE.model]

    (before,) = spaces()
    assert (before["vectors"], before["pending"], before["index_bytes"]) == (400, 0, None)
    assert (before["advice"], before["reason"]) == ("build", "400 vectors, and no index above 300")
    assert said("build_indexes").endswith("2 tenants looked at, 1 indexes built, rebuilt or dropped.\n")
    (after,) = spaces()
    assert after["index_bytes"] > 0
    assert after["advice"] == "nothing"
    text = said("index_stats")
    assert "words (16): 400 vectors, 0 waiting, index" in text
    # The configured model's space has no vector yet.
    assert "(384): 0 vectors, 400 waiting, exact search" in text
