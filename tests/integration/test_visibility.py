"""What a source hides or keeps no values of is nowhere: not in chunks, vectors, values or answers of retrieval."""

from typing import Any

import pytest

from schema_index import sources
from schema_index.embedding.embed_chunks import embed_pending
from schema_index.models import DataSource
from schema_index.sources import DataSourceInvalid
from schema_index.syncing.snapshots import sync
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.conftest import NewSource, sync_and_embed
from tests.integration.conftest import CountingEmbedder, ask, stored


def _save(source: DataSource, **fields: Any) -> None:
    with tenant_transaction(source.tenant_id):
        sources.upsert(slug=source.slug, password="", actor="system:test", **fields)


def test_what_is_hidden_from_the_start_is_never_indexed(
    tenant: Tenant, new_sqlite_source: NewSource, embedder: CountingEmbedder
) -> None:
    source = new_sqlite_source(tenant, hidden=["main.orders", "main.customers.city"], values_included=["*"])
    sync_and_embed(source, embedder)
    found = stored(source)
    assert (found.chunks, found.vectors) == ({"main.customers"}, {("main.customers", "words")})
    assert {value.split("=")[0] for value in found.values} == {"customers.name", "customers.email"}
    assert all("city" not in text and "orders" not in text for text in embedder.texts)
    answer = ask(source, "paid orders of customers in Lyon", embedder)
    assert [hit.name for hit in answer.tables] == ["customers"]
    assert answer.values == ()


def test_what_is_hidden_later_is_gone_at_once_and_comes_back_when_shown(
    tenant: Tenant, new_sqlite_source: NewSource, embedder: CountingEmbedder
) -> None:
    source = new_sqlite_source(tenant, values_included=["*.customers.e*"])
    sync_and_embed(source, embedder)
    assert {hit.text for hit in ask(source, "paid orders in Lyon", embedder).values} == {"paid", "Lyon"}
    _save(source, hidden=["main.orders", "main.customers.city"])
    found = stored(source)
    assert found.chunks == {"main.customers"}
    assert {value.split("=")[0] for value in found.values} == {"customers.name", "customers.email"}
    assert ask(source, "paid orders in Lyon", embedder).values == ()

    embedder.calls.clear()
    embed_pending(source.tenant_id, embedder=embedder)
    (text,) = embedder.texts
    assert "city" not in text

    _save(source, hidden=[])
    sync_and_embed(source, embedder)
    assert stored(source).chunks == {"main.customers", "main.orders"}
    assert {hit.text for hit in ask(source, "paid orders in Lyon", embedder).values} == {"paid", "Lyon"}


def test_excluding_a_column_deletes_its_values_at_once(
    tenant: Tenant, new_sqlite_source: NewSource, embedder: CountingEmbedder
) -> None:
    source = new_sqlite_source(tenant)
    sync_and_embed(source, embedder)
    _save(source, values_excluded=["main.customers.name", "main.customers.email"])
    assert {value.split("=")[0] for value in stored(source).values} == {"customers.city", "orders.status"}
    assert stored(source).chunks == {"main.customers", "main.orders"}
    sync_and_embed(source, embedder)
    assert {value.split("=")[0] for value in stored(source).values} == {"customers.city", "orders.status"}


def test_turning_the_dictionary_off_deletes_it(
    tenant: Tenant, new_sqlite_source: NewSource, embedder: CountingEmbedder
) -> None:
    source = new_sqlite_source(tenant)
    sync_and_embed(source, embedder)
    _save(source, index_values=False)
    assert stored(source).values == set()
    sync_and_embed(source, embedder)
    assert stored(source).values == set()


def test_what_is_hidden_while_a_sync_reads_is_not_stored_by_it(
    tenant: Tenant, new_sqlite_source: NewSource, embedder: CountingEmbedder
) -> None:
    source = new_sqlite_source(tenant)

    def hide(done: int, total: int, name: str) -> None:
        _save(source, hidden=["main.orders"], values_excluded=["main.customers.email"])

    sync(tenant.id, source_id=source.id, actor="system:test", progress=hide)
    found = stored(source)
    assert found.chunks == {"main.customers"}
    assert {value.split("=")[0] for value in found.values} == {"customers.name", "customers.city"}


@pytest.mark.parametrize(
    "fields",
    [
        {"hidden": "main.orders"},
        {"hidden": [["main.orders"]]},
        {"hidden": {"main.orders": True}},
        {"values_excluded": "main.customers.email"},
        {"port": 70_000},
        {"dialect": "oracle"},
        {"slug": "Not A Slug"},
        {"name": ""},
    ],
    ids=str,
)
def test_a_source_that_is_not_valid_is_refused_with_the_field(tenant: Tenant, fields: dict[str, Any]) -> None:
    good = {"slug": "shop", "name": "Shop", "dialect": "sqlite", "database": "shop.sqlite"}
    with pytest.raises(DataSourceInvalid, match=next(iter(fields))) as error, tenant_transaction(tenant.id):
        sources.upsert(password="", actor="system:test", **{**good, **fields})
    assert set(error.value.details["fields"]) == set(fields)
