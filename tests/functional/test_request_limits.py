"""Bursts at the API, and what callers are told of their limits."""

import re
from datetime import timedelta
from typing import Any

from django.utils import timezone

from schema_index.models import DataSource
from tenants.context import tenant_transaction
from tenants.models import RequestCount
from tests.conftest import Configure, Member

ADDRESS = "/api/v1/data-sources"
LEFT = re.compile(r'"(\w+)";r=(\d+);t=(\d+)')


def left(response: Any) -> dict[str, int]:
    found = LEFT.findall(response["RateLimit"])
    assert all(0 < int(resets_in) <= 86_400 for _, _, resets_in in found)
    return {name: int(remaining) for name, remaining, _ in found}


def test_a_caller_is_told_what_is_left_refused_and_let_in_again(
    owner: Member, analyst: Member, change_environment: Configure
) -> None:
    change_environment(requests_per_minute=3)

    replies = [owner.client.get(address) for address in (ADDRESS, f"{ADDRESS}/nothing", ADDRESS, ADDRESS)]

    assert [reply.status_code for reply in replies] == [200, 404, 200, 429]
    assert [left(reply) for reply in replies] == [{"requests": 2}, {"requests": 1}, {"requests": 0}, {"requests": 0}]
    assert replies[0]["RateLimit-Policy"] == '"requests";q=3;w=60'
    refused = replies[-1].json()
    assert (refused["code"], refused["limit"]) == ("rate_limited", 3)
    assert replies[-1]["Retry-After"] == str(refused["retry_after"])
    assert 0 < refused["retry_after"] <= 60
    assert left(analyst.client.get(ADDRESS)) == {"requests": 2}, "each caller has their own"
    with tenant_transaction(owner.tenant.id):
        RequestCount.objects.update(since=timezone.now() - timedelta(seconds=61))
    assert left(owner.client.get(ADDRESS)) == {"requests": 2}


def test_searches_have_a_limit_of_their_own(owner: Member, change_environment: Configure) -> None:
    change_environment(searches_per_minute=1)
    search = {"q": "orders", "mode": "keyword"}

    found = [owner.client.get("/api/v1/search", search) for _ in range(2)]

    assert [(one.status_code, left(one)["searches"]) for one in found] == [(200, 0), (429, 0)]
    assert owner.client.get(ADDRESS).status_code == 200


def test_who_asks_is_told_of_the_days_questions(owner: Member, shop: DataSource, change_environment: Configure) -> None:
    change_environment(questions_per_day=2)
    body = {"question": "How many customers are there?"}

    asked = [owner.client.post("/nl2sql", body) for _ in range(3)]

    assert [one.status_code for one in asked] == [200, 200, 429]
    assert [left(one)["questions"] for one in asked] == [1, 0, 0]
    assert asked[0]["RateLimit-Policy"].endswith(', "questions";q=2;w=86400')


def test_strangers_and_pages_are_told_nothing(owner: Member, client: Any) -> None:
    assert "RateLimit" not in client.get(ADDRESS)
    client.force_login(owner.user)
    assert "RateLimit" not in client.get("/")
