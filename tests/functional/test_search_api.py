"""Search over HTTP: by meaning, by words, or both, inside one tenant and what its sources show."""

import json
from functools import partial
from typing import Any

import pytest

from schema_index.models import DataSource, FaqEntry
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.conftest import Member, NewSource, sync_and_embed
from tests.functional.test_api_contract import assert_problem
from tests.stored import save_document, save_faq

SEARCH = "/api/v1/search"
MODES = ["semantic", "keyword", "hybrid"]


def _known(source: DataSource, *, owner: str) -> DataSource:
    save_faq(
        source.tenant_id,
        "What is net revenue?",
        f"Paid orders without returns, says {owner}.",
        metadata={"team": "finance", "year": 2026},
    )
    save_document(
        source.tenant_id,
        "Terms",
        "A customer is a person who ordered once. SKU-4711 is a gift card.",
        source=source,
        metadata={"team": "sales"},
    )
    return sync_and_embed(source)


@pytest.fixture
def known(tenant: Tenant, outsider: Member, copied_source: NewSource) -> DataSource:
    """Two tenants with the same schema, FAQ entry and document."""
    for one, owner in ((outsider.tenant, "Other"), (tenant, "Acme")):
        source = copied_source(one, ("known", owner), partial(_known, owner=owner))
    return source


def _search(member: Member, **query: Any) -> list[dict[str, Any]]:
    response = member.client.get(SEARCH, query)
    assert response.status_code == 200, response.content
    items: list[dict[str, Any]] = json.loads(response.content)["items"]
    return items


@pytest.mark.parametrize("mode", MODES)
def test_another_tenant_finds_its_own_and_never_this_ones(
    analyst: Member, outsider: Member, known: DataSource, mode: str
) -> None:
    for member, owner, stranger in ((analyst, "Acme", "Other"), (outsider, "Other", "Acme")):
        found = _search(member, q="net revenue of paid orders", mode=mode)
        assert {item["kind"] for item in found} >= {"faq", "table"}
        text = json.dumps(found)
        assert (owner in text, stranger in text) == (True, False)
        with tenant_transaction(member.tenant.id):
            (entry,) = FaqEntry.objects.all()
        (faq,) = [item for item in found if item["kind"] == "faq"]
        assert faq["links"] == {"self": f"/api/v1/knowledge/faq/{entry.id}"}


def test_a_result_says_what_it_is_and_why_it_is_there(analyst: Member, known: DataSource) -> None:
    (found,) = _search(analyst, q="orders", kind="table", limit=1)
    assert found.pop("score") > 0
    similarity = found.pop("similarity")
    assert found == {
        "kind": "table",
        "title": "main.orders",
        "snippet": "id, customer_id, status, total, ordered_at",
        "why": f"similar in meaning ({similarity:.2f}); shares order",
        "data_source": "shop",
        "metadata": {},
        "links": {"self": "/api/v1/data-sources/shop/schema"},
    }


def test_words_find_what_has_no_vector_yet_and_ask_no_model(analyst: Member, known: DataSource) -> None:
    save_faq(analyst.tenant.id, "What is SKU-0815?", "A mug.")
    for mode, is_found in (("hybrid", True), ("semantic", False)):
        titles = [item["title"] for item in _search(analyst, q="sku 0815", mode=mode)]
        assert ("What is SKU-0815?" in titles) == is_found
    (found,) = _search(analyst, q="4711", mode="keyword")
    assert (found["title"], found["similarity"], found["why"]) == ("Terms", None, "shares 4711")


def test_filters_leave_out_everything_else(analyst: Member, known: DataSource) -> None:
    question = "customers, orders and revenue"

    def titles(**query: Any) -> set[str]:
        return {item["title"] for item in _search(analyst, q=question, **query)}

    everything = {"main.customers", "main.orders", "What is net revenue?", "Terms"}
    assert titles() == everything
    assert titles(kind=["faq", "document"]) == {"What is net revenue?", "Terms"}
    assert titles(**{"metadata.team": "sales"}) == {"Terms"}
    assert titles(**{"metadata.year": "2026"}) == {"What is net revenue?"}
    assert titles(**{"metadata.team": "sales", "metadata.year": "2026"}) == set()
    assert titles(data_source="shop") == everything
    assert len(titles(limit=1)) == 1
    assert _search(analyst, q="quantum chromodynamics lattice", mode="keyword") == []


def test_what_a_source_hides_is_not_found(analyst: Member, known: DataSource) -> None:
    with tenant_transaction(analyst.tenant.id):
        DataSource.objects.filter(id=known.id).update(hidden=["main.orders", "main.customers.email"])
    found = _search(analyst, q="orders of customers by email", kind="table")
    assert [item["title"] for item in found] == ["main.customers"]
    assert "email" not in found[0]["snippet"]


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({}, "q", "invalid_request"),
        ({"q": ""}, "q", "invalid_request"),
        ({"q": "x" * 2_001}, "q", "invalid_request"),
        ({"q": "a\x00b"}, "q", "invalid_request"),
        ({"q": "a\x1bb"}, "q", "invalid_request"),
        ({"q": "a", "mode": "magic"}, "mode", "invalid_request"),
        ({"q": "a", "kind": "secret"}, "kind", "invalid_request"),
        ({"q": "a", "limit": 51}, "limit", "invalid_request"),
        ({"q": "a", "limit": 0}, "limit", "invalid_request"),
        ({"q": "a", "data_source": "no slug!"}, "data_source", "invalid_request"),
        ({"q": "a", "metadata": "x"}, "metadata", "invalid_request"),
        ({"q": "a", **{f"metadata.k{number}": "x" for number in range(9)}}, "metadata", "invalid_request"),
        ({"q": "a", "metadata.k": "x" * 201}, "metadata", "invalid_request"),
        ({"q": "a", "tenant": "other"}, "tenant", "unknown_field"),
    ],
)
def test_what_is_no_search_is_told_so(analyst: Member, query: dict[str, Any], field: str, code: str) -> None:
    body = assert_problem(analyst.client.get(SEARCH, query), status=400, code=code)
    assert body["errors"][0]["field"].split(".")[0] == field


def test_a_source_that_is_not_there_is_not_searched(analyst: Member, shop: DataSource) -> None:
    assert_problem(analyst.client.get(SEARCH, {"q": "a", "data_source": "none"}), status=404, code="not_found")


def test_pages_of_a_search_join_without_gap(analyst: Member, shop: DataSource) -> None:
    whole = analyst.client.get("/api/v1/search", {"q": "customer orders"}).json()
    found: list[dict[str, Any]] = []
    query = {"q": "customer orders", "limit": "1"}
    for _ in range(10):
        page = analyst.client.get("/api/v1/search", query).json()
        found += page["items"]
        if page["next"] is None:
            break
        query["cursor"] = page["next"]
    assert (found, whole["next"], len(found) > 1) == (whole["items"], None, True)
    assert analyst.client.get("/api/v1/search", {"q": "orders", "cursor": "nonsense"}).status_code == 400
