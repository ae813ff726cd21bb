"""Retrieval returns only what is this tenant's and this source's, of one embedding space, best first."""

from dataclasses import dataclass

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from schema_index.catalogue import indexed_catalogue
from schema_index.embedding.embed_chunks import embed_pending
from schema_index.embedding.known_models import DEFAULT_THRESHOLD
from schema_index.embedding.openai_compatible import OpenAICompatibleEmbedder
from schema_index.models import ChunkEmbedding, DataSource
from schema_index.retrieval.retrieve import MAX_KNOWLEDGE, retrieve
from schema_index.retrieval.types import KnowledgeHit, Retrieved, StoredValue
from tenants.cancellation import Cancellation, Cancelled
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.conftest import NewSource, sync_and_embed
from tests.integration.conftest import CountingEmbedder, ask
from tests.scripted_model import SLOW, Recorded, Reply, ScriptedModel
from tests.stored import save_faq

WIDE = "".join(f", filler_{number} INTEGER" for number in range(210))
LARGE = f"""
CREATE TABLE invoices (id INTEGER, due_day DATE, amount NUMERIC);
CREATE TABLE machines (id INTEGER, serial TEXT);
CREATE TABLE ledger (id INTEGER{WIDE});
"""


def _know(tenant: Tenant, answer: str, source: DataSource | None = None) -> None:
    save_faq(tenant.id, f"What is net revenue, {answer}?", answer, source=source)


def _similarity_of_invoices(source: DataSource, embedder: CountingEmbedder) -> float | None:
    """None where they are found by their words alone."""
    (hit,) = ask(source, "invoices due day amount", embedder).tables
    assert hit.name == "invoices"
    return hit.similarity


@dataclass
class Other(CountingEmbedder):
    """Another model with vectors as long as the first one's."""

    model: str = "other words"


def test_two_tenants_with_the_same_schema_and_documents_get_only_their_own(
    tenant: Tenant, other_tenant: Tenant, new_sqlite_source: NewSource, embedder: CountingEmbedder
) -> None:
    for one, answer in ((tenant, "mine"), (other_tenant, "theirs")):
        _know(one, answer)
    mine, theirs = (sync_and_embed(new_sqlite_source(one), embedder) for one in (tenant, other_tenant))
    question = "What is net revenue of paid orders in Lyon"
    for source, answer in ((mine, "mine"), (theirs, "theirs")):
        found = ask(source, question, embedder)
        assert [hit.text.split("\n")[1] for hit in found.knowledge] == [answer]
        assert [hit.qualified_name for hit in found.tables] == ["main.orders", "main.customers"]
        assert set(found.values) == {
            StoredValue(schema="main", table="customers", column="city", text="Lyon"),
            StoredValue(schema="main", table="orders", column="status", text="paid"),
        }
    # Another tenant's source under one's own identity: nothing, not even with its schema in hand.
    crossed = retrieve(
        question,
        tenant_id=tenant.id,
        source_id=theirs.id,
        catalogue=indexed_catalogue(theirs),
        embedder=embedder,
        top_k=10,
    )
    assert [hit.similarity for hit in crossed.tables] == [None, None]
    assert crossed.values == ()
    assert [hit.text.split("\n")[1] for hit in crossed.knowledge] == ["mine"]


def test_two_sources_of_a_tenant_share_only_what_belongs_to_neither(
    tenant: Tenant, new_sqlite_source: NewSource, embedder: CountingEmbedder
) -> None:
    shop = new_sqlite_source(tenant, slug="shop")
    works = new_sqlite_source(tenant, slug="works", script="CREATE TABLE orders (id INTEGER, worker TEXT);")
    _know(tenant, "everywhere")
    _know(tenant, "in the shop", shop)
    _know(tenant, "in the works", works)
    shop, works = sync_and_embed(shop, embedder), sync_and_embed(works, embedder)

    def answers(source: DataSource) -> set[str]:
        return {hit.text.split("\n")[1] for hit in ask(source, "net revenue", embedder).knowledge}

    assert answers(shop) == {"everywhere", "in the shop"}
    assert answers(works) == {"everywhere", "in the works"}
    assert [hit.name for hit in ask(works, "orders", embedder).tables] == ["orders"]


def test_hits_come_by_similarity_and_end_at_the_threshold(
    tenant: Tenant, new_sqlite_source: NewSource, embedder: CountingEmbedder
) -> None:
    for answer in ("one", "two words", "three words more", "quite unlike all of it with many other words inside"):
        _know(tenant, answer)
    source = sync_and_embed(new_sqlite_source(tenant, script=LARGE), embedder)
    found = ask(source, "What is net revenue, one? one", embedder)
    similarities = [hit.similarity for hit in found.knowledge if hit.similarity is not None]
    assert found.knowledge[0] == KnowledgeHit(
        kind="faq",
        title="What is net revenue, one?",
        text="What is net revenue, one?\none",
        similarity=1.0,
        reason="similar in meaning (1.00); shares net, revenue, one",
    )
    assert similarities == sorted(similarities, reverse=True)
    assert min(similarities) >= DEFAULT_THRESHOLD
    tables = ask(source, "invoices: due day and amount", embedder).tables
    assert [hit.name for hit in tables] == ["invoices"]
    assert tables[0].similarity is not None
    assert tables[0].similarity >= DEFAULT_THRESHOLD


def test_a_question_about_nothing_known_finds_nothing_in_a_large_schema(
    tenant: Tenant, new_sqlite_source: NewSource, embedder: CountingEmbedder
) -> None:
    source = sync_and_embed(new_sqlite_source(tenant, script=LARGE), embedder)
    assert ask(source, "weather", embedder) == Retrieved(
        tables=(),
        knowledge=(),
        values=(),
        closest=("main.ledger", "main.invoices", "main.machines"),
    )


def test_knowledge_is_bounded(tenant: Tenant, new_sqlite_source: NewSource, embedder: CountingEmbedder) -> None:
    for number in range(MAX_KNOWLEDGE + 3):
        _know(tenant, f"answer {number}")
    source = sync_and_embed(new_sqlite_source(tenant), embedder)
    assert len(ask(source, "What is net revenue, answer?", embedder).knowledge) == MAX_KNOWLEDGE


def test_vectors_of_two_models_stand_side_by_side_and_never_meet(
    tenant: Tenant, new_sqlite_source: NewSource, embedder: CountingEmbedder
) -> None:
    source = sync_and_embed(new_sqlite_source(tenant, script=LARGE), embedder)
    other = Other()
    assert _similarity_of_invoices(source, other) is None
    embed_pending(tenant.id, embedder=other)
    with tenant_transaction(tenant.id):
        assert {(row.model, row.dimension) for row in ChunkEmbedding.objects.all()} == {
            ("words", 256),
            ("other words", 256),
        }
    for one in (embedder, other):
        assert _similarity_of_invoices(source, one) is not None


def test_a_model_whose_dimension_changed_is_another_space_until_embedded_again(
    tenant: Tenant, new_sqlite_source: NewSource, embedder: CountingEmbedder
) -> None:
    source = sync_and_embed(new_sqlite_source(tenant, script=LARGE), embedder)
    shorter = CountingEmbedder(dimension=128)
    assert _similarity_of_invoices(source, shorter) is None
    assert embed_pending(tenant.id, embedder=shorter) == 3
    assert _similarity_of_invoices(source, shorter) is not None


def test_one_embedding_and_no_transaction_while_it_works(
    tenant: Tenant, new_sqlite_source: NewSource, embedder: CountingEmbedder
) -> None:
    source = sync_and_embed(new_sqlite_source(tenant), embedder)
    catalogue = indexed_catalogue(source)
    open_transactions: list[bool] = []
    embedder.calls.clear()
    embedder.before = lambda: open_transactions.append(connection.in_atomic_block)
    with CaptureQueriesContext(connection) as queries:
        retrieve(
            "paid orders", tenant_id=tenant.id, source_id=source.id, catalogue=catalogue, embedder=embedder, top_k=10
        )
    assert (embedder.texts, open_transactions) == (["paid orders"], [False])
    read = [query["sql"] for query in queries if "schema_index_" in query["sql"]]
    # The threshold, tables, knowledge by meaning and by words, how common the words are, the texts, and stored values.
    assert len(read) == 7


def test_who_stops_does_not_wait_for_the_embedding_endpoint(
    tenant: Tenant, new_sqlite_source: NewSource, embedder: CountingEmbedder
) -> None:
    source = sync_and_embed(new_sqlite_source(tenant), embedder)
    stop = Cancellation()

    def stopped_meanwhile(_: Recorded) -> Reply:
        stop.cancel()
        return SLOW

    with ScriptedModel() as endpoint:
        endpoint.script_embeddings([stopped_meanwhile])
        slow = OpenAICompatibleEmbedder(base_url=endpoint.url, api_key="sk-x", model="slow", dimension=16, timeout_s=1)
        with pytest.raises(Cancelled):
            ask(source, "paid orders", slow, cancellation=stop)
