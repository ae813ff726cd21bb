"""Data sources, their schema and changes, and syncs as jobs, over HTTP."""

import json
from typing import Any
from uuid import uuid4

import pytest

from schema_index import tasks
from schema_index.models import DataSource, SyncRun
from tenants.context import tenant_transaction
from tenants.models import AuditEvent
from tests.conftest import Member, NewSource, database_file, sync_and_embed
from tests.functional.test_api_contract import assert_problem
from tests.stored import all_rows, alter, only_row

SHOP = "/api/v1/data-sources/shop"
SYNC = f"{SHOP}/sync"
READS = ["/api/v1/data-sources", SHOP, f"{SHOP}/schema", f"{SHOP}/changes", "/api/v1/jobs/{job}"]


@pytest.fixture
def job(shop: DataSource) -> str:
    """The sync by which the shop became known."""
    with tenant_transaction(shop.tenant_id):
        return str(SyncRun.objects.get().id)


def get(member: Member, address: str, **query: str | int) -> Any:
    response = member.client.get(address, query)
    assert response.status_code == 200, response.content
    return json.loads(response.content)


def test_another_tenants_source_can_neither_be_read_nor_synced(analyst: Member, outsider: Member, job: str) -> None:
    listed, *others = (address.format(job=job) for address in READS)
    assert [analyst.client.get(address).status_code for address in (listed, *others)] == [200] * len(READS)
    assert outsider.client.get(listed).json() == {"items": []}
    for address in others:
        assert_problem(outsider.client.get(address), status=404, code="not_found")
    assert_problem(outsider.client.post(SYNC, {}), status=404, code="not_found")
    assert_problem(analyst.client.post(SYNC, {}), status=403, code="insufficient_scope")
    assert len(all_rows(SyncRun, analyst.tenant.id)) == 1


def test_a_source_tells_its_state_and_neither_address_nor_credential(analyst: Member, job: str) -> None:
    body = get(analyst, SHOP)
    assert get(analyst, "/api/v1/data-sources") == {"items": [body]}
    assert set(body) == {
        *("slug", "name", "dialect", "revision", "synced_at", "sync_every", "error", "last_sync", "links")
    }
    assert (body["slug"], body["dialect"], body["revision"], body["error"]) == ("shop", "sqlite", 1, "")
    assert (body["last_sync"]["id"], body["last_sync"]["state"]) == (job, "done")
    assert all(analyst.client.get(body["links"][part]).status_code == 200 for part in ("self", "schema", "changes"))


def test_the_schema_is_given_in_pages(analyst: Member, shop: DataSource) -> None:
    whole = get(analyst, f"{SHOP}/schema")
    assert [table["name"] for table in whole["items"]] == ["customers", "orders"]
    assert (whole["revision"], whole["tables_in_all"], whole["next"]) == (1, 2, None)
    assert whole["items"][1]["foreign_keys"] == [
        {"columns": ["customer_id"], "target": "main.customers", "target_columns": ["id"]}
    ]
    first = get(analyst, f"{SHOP}/schema", limit=1)
    second = get(analyst, f"{SHOP}/schema", limit=1, cursor=first["next"])
    assert (first["items"] + second["items"], second["next"]) == (whole["items"], None)


def test_changes_come_newest_first_in_pages(analyst: Member, shop: DataSource) -> None:
    alter(shop, "ALTER TABLE orders RENAME COLUMN total TO amount; DROP TABLE customers;")
    sync_and_embed(shop)

    whole = get(analyst, f"{SHOP}/changes")
    told = [(one["revision"], one["kind"], one["table"], one["column"], one["renamed_from"]) for one in whole["items"]]
    assert told == [
        (2, "column_renamed", "main.orders", "amount", "total"),
        (2, "table_removed", "main.customers", "", ""),
        (2, "table_changed", "main.orders", "", ""),
        (1, "table_added", "main.customers", "", ""),
        (1, "table_added", "main.orders", "", ""),
    ]
    assert whole["items"][0]["detail"] == "renamed total → amount"
    page = get(analyst, f"{SHOP}/changes", limit=2)
    items = page["items"]
    while page["next"] is not None:
        page = get(analyst, f"{SHOP}/changes", limit=2, cursor=page["next"])
        assert 0 < len(page["items"]) <= 2
        items += page["items"]
    assert items == whole["items"]

    with tenant_transaction(shop.tenant_id):
        DataSource.objects.update(hidden=["main.orders.total"])
    assert ("column_renamed", "total") not in {
        (one["kind"], one["renamed_from"]) for one in get(analyst, f"{SHOP}/changes")["items"]
    }


def test_what_is_hidden_is_nowhere(analyst: Member, shop: DataSource, job: str) -> None:
    with tenant_transaction(shop.tenant_id):
        DataSource.objects.update(hidden=["main.orders", "main.customers.email"])
        SyncRun.objects.update(state="running", current="orders", ended_at=None)
    assert [table["name"] for table in get(analyst, f"{SHOP}/schema")["items"]] == ["customers"]
    for address in READS:
        text = analyst.client.get(address.format(job=job)).content.decode()
        assert ("orders" in text, "email" in text) == (False, False), address


@pytest.mark.parametrize("cursor", ["x", "é", "bm90aGluZw", "WzFd", "Wy0xLDBd", "WzEsMSwxXQ", "a" * 201, ""])
@pytest.mark.parametrize("part", ["schema", "changes"])
def test_a_cursor_of_another_making_is_refused(analyst: Member, shop: DataSource, part: str, cursor: str) -> None:
    response = analyst.client.get(f"{SHOP}/{part}", {"cursor": cursor})
    body = assert_problem(response, status=400, code="invalid_request")
    assert body["errors"][0]["field"] == "cursor"


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x"])
def test_a_page_has_its_bounds(analyst: Member, shop: DataSource, limit: str) -> None:
    assert_problem(analyst.client.get(f"{SHOP}/changes", {"limit": limit}), status=400, code="invalid_request")


def test_a_schema_that_changed_between_pages_says_so(analyst: Member, shop: DataSource) -> None:
    cursor = get(analyst, f"{SHOP}/schema", limit=1)["next"]
    alter(shop, "CREATE TABLE more (id INTEGER)")
    sync_and_embed(shop)
    response = analyst.client.get(f"{SHOP}/schema", {"cursor": cursor})
    assert "start again" in assert_problem(response, status=400, code="invalid_request")["detail"]


def test_a_source_that_was_never_synced_has_no_schema(analyst: Member, new_sqlite_source: NewSource) -> None:
    new_sqlite_source(analyst.tenant)
    body = get(analyst, SHOP)
    assert (body["revision"], body["last_sync"]) == (None, None)
    assert get(analyst, f"{SHOP}/changes") == {"items": [], "next": None}
    assert_problem(analyst.client.get(f"{SHOP}/schema"), status=409, code="data_source_not_synced")


def test_a_sync_is_a_job_that_ends(
    owner: Member, new_sqlite_source: NewSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_sqlite_source(owner.tenant, index_values=False)
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(tasks.sync_source, "delay", lambda *ids: sent.append(ids))

    response = owner.client.post(SYNC, {})
    queued = response.json()
    assert (response.status_code, response["Location"]) == (202, queued["links"]["self"])
    assert (queued["state"], queued["requested_by"]) == ("queued", f"key:{owner.key.split('_')[1]}")
    again = owner.client.post(SYNC, {})
    assert (again.status_code, again.json()["id"], len(sent)) == (202, queued["id"], 1)

    tasks.sync_source(*sent[0])

    done = get(owner, response["Location"])
    assert (done["state"], done["revision"], done["error"]) == ("done", 1, "")
    assert done["progress"] == {"done": 2, "total": 2, "current": ""}
    assert done["counts"] == {"tables": 2, "unreadable": 0, "changes": {"table_added": 2}}
    event = only_row(AuditEvent, owner.tenant.id, action="sync.requested")
    assert (event.actor, event.subject) == (queued["requested_by"], "shop")


def test_a_failed_sync_tells_why_without_an_address(
    owner: Member, new_sqlite_source: NewSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    new_sqlite_source(owner.tenant)
    database_file(owner.tenant, "shop").unlink()
    monkeypatch.setattr(tasks.sync_source, "delay", tasks.sync_source)

    job = owner.client.post(SYNC, {}).json()["links"]["self"]

    failed = get(owner, job)
    assert failed["state"] == "failed"
    assert failed["error"].startswith("The file must be an existing database file")
    assert get(owner, SHOP)["error"] == failed["error"]


def test_a_job_that_never_was_is_not_found(analyst: Member) -> None:
    assert_problem(analyst.client.get(f"/api/v1/jobs/{uuid4()}"), status=404, code="not_found")
