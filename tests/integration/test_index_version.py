"""A replica may answer only from what it has: every change of what questions read counts the tenant's index version."""

import re

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from schema_index.access import policies
from schema_index.catalogue import indexed_catalogue
from schema_index.embedding.minilm import MiniLMEmbedder
from schema_index.knowledge import knowledge
from schema_index.models import DataSource, IndexVersion
from schema_index.retrieval.retrieve import retrieve
from schema_index.search import SearchRequest, search
from tenants.context import tenant_transaction
from tests.conftest import Member, leave_doubtful_knowledge
from tests.stored import reread


def version(member: Member) -> int:
    with tenant_transaction(member.tenant.id):
        return IndexVersion.objects.values_list("version", flat=True).first() or 0


def test_every_table_that_retrieval_and_search_read_counts_its_changes(analyst: Member, shop: DataSource) -> None:
    with tenant_transaction(analyst.tenant.id):
        leave_doubtful_knowledge(shop)
        policies.save(shop, role="", document={}, actor="system:test")
    shop = reread(shop)
    catalogue = indexed_catalogue(shop)
    with CaptureQueriesContext(connection) as queries:
        retrieve(
            "Which orders are paid?",
            tenant_id=shop.tenant_id,
            source_id=shop.id,
            catalogue=catalogue,
            embedder=MiniLMEmbedder(),
            top_k=10,
            role="analyst",
        )
        search(analyst.principal, SearchRequest(q="paid orders"))
    read = {name for query in queries for name in re.findall(r"(?:FROM|JOIN) \"?(\w+_\w+)", query["sql"])}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'count_index_change' AND tgparentid = 0"
        )
        counted = {name for (name,) in cursor.fetchall()}
    assert {"schema_index_chunkembedding", "schema_index_accesspolicy", "schema_index_stalemark"} <= read
    # A snapshot is never changed, and read from the primary; PostgreSQL's own catalogue is each server's.
    assert read - {"schema_index_snapshot", "pg_class"} == counted


def test_the_version_counts_transactions_that_changed_something(analyst: Member, outsider: Member) -> None:
    before = version(analyst)
    with transaction.atomic(), tenant_transaction(analyst.tenant.id):
        for number in range(3):
            knowledge.save_faq(question=f"What is {number}?", answer="A number.", actor="system:test")
        # Its scope is closed when the count is made.
    assert version(analyst) == before + 1
    with tenant_transaction(analyst.tenant.id):
        knowledge.save_faq(question="What is undone?", answer="This.", actor="system:test")
        transaction.set_rollback(True)
    assert (version(analyst), version(outsider)) == (before + 1, 0)
