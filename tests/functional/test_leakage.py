"""As B, at every door, with the addresses of what A stored: nothing of A, and the same words as for what never was.

B owns a tenant with the same schema and the same documents, word by word, but for one marker that only A's hold. Doors
are enumerated from the address table, so one that is added later is tried without being named here.
"""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver

from nl2sql.models import Conversation, Run
from schema_index.models import DataSource
from tenants.checks import tenant_owned_models
from tenants.context import tenant_transaction
from tenants.models import Tenant, TenantOwned
from tests.agents import serving
from tests.asking import ask
from tests.conftest import SHOP, Member, NewSource, caller, database_file, sqlite_file, sync_and_embed
from tests.pages import operating
from tests.recorded_source import made_once
from tests.stored import save_document, save_faq

MARK = "zanzibar7731"
QUESTION = "How many customers are there?"
METHODS = ("get", "post", "put", "patch", "delete")
OPEN = re.compile(r"^(login|logout|join/|favicon|health|api/schema|api/docs|embed/(querent-ask|<str:frame>))")


def furnish(member: Member, new_source: NewSource, *, mark: str) -> DataSource:
    script = SHOP.replace("'Ada'", f"'Ada {mark}'") + f"CREATE TABLE note_{mark} (id INTEGER PRIMARY KEY, {mark} TEXT);"

    def made() -> DataSource:
        source = sync_and_embed(new_source(member.tenant, script=script, index_values=True))
        save_faq(member.tenant.id, "What is paid?", f"status = 'paid' {mark}")
        save_document(member.tenant.id, "Terms", f"A customer is a person. {mark}")
        return sync_and_embed(source)

    database_file(member.tenant, "shop").write_bytes(sqlite_file(script))
    source = made_once(("furnished", mark), member.tenant, made)
    ask(member, f"{QUESTION} {mark}")
    return source


@pytest.fixture
def twins(owner: Member, outsider: Member, new_sqlite_source: NewSource) -> Member:
    """A's tenant and B's, alike but for the mark. Gives B."""
    furnish(outsider, new_sqlite_source, mark="other")
    furnish(owner, new_sqlite_source, mark=MARK)
    return outsider


def addresses() -> Iterator[str]:
    """Every address of the product but the admin's, with its converters as `<type:name>`."""

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
        for pattern in patterns:
            address = prefix + str(pattern.pattern)
            if isinstance(pattern, URLResolver):
                if not address.startswith("admin"):
                    yield from walk(pattern.url_patterns, address)
            elif not OPEN.match(address):
                yield address

    return walk(get_resolver().url_patterns, "")


def identifiers(tenant: Tenant) -> dict[type[TenantOwned], str]:
    """One of each kind of thing that a tenant owns."""
    with tenant_transaction(tenant.id):
        found = {model: model._default_manager.values_list("pk", flat=True).first() for model in tenant_owned_models()}
    return {model: str(key) for model, key in found.items() if key is not None}


def told(response: Any) -> tuple[int, str]:
    """Status and body without what differs for every request."""
    body = b"".join(response.streaming_content) if response.streaming else response.content
    text = re.sub(r'"(instance|request_id)": ?"[^"]*"', "", body.decode())
    return response.status_code, re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", text)


def test_no_door_opens_to_what_another_tenant_stored(owner: Member, twins: Member) -> None:
    owned = identifiers(owner.tenant).values()
    tried = 0
    for address in (one for one in addresses() if "<uuid:" in one):
        foreign = [re.sub(r"<uuid:\w+>", key, address) for key in owned]
        nowhere = re.sub(r"<uuid:\w+>", str(uuid4()), address)
        for method in METHODS:
            expected = told(getattr(twins.client, method)(f"/{nowhere}"))
            assert expected[0] in (302, 400, 401, 404, 405), (method, address)
            # A method that the door does not know, and whoever it does not know, is refused before any address is read.
            for path in foreign[:1] if expected[0] in (302, 401, 405) else foreign:
                assert told(getattr(twins.client, method)(f"/{path}")) == expected, (method, path)
                tried += 1
    assert tried > 100


def test_what_two_tenants_name_alike_is_each_ones_own(owner: Member, twins: Member) -> None:
    own = twins.client.get("/api/v1/data-sources/shop/schema").content.decode()
    assert "note_other" in own
    for address in (one for one in addresses() if "<uuid:" not in one):
        path = re.sub(r"<path:\w+>", "main.customers", re.sub(r"<slug:\w+>", "shop", address))
        for query in ("", f"?q={MARK}", "?q=what+is+paid&mode=hybrid", "?q=customer&mode=keyword"):
            status, text = told(twins.client.get(f"/{path}{query}"))
            assert status < 500
            assert MARK not in text.replace(f"?q={MARK}", ""), path


def test_no_answer_holds_anything_of_another_tenant(owner: Member, twins: Member) -> None:
    for question in (QUESTION, "What is paid?", "List the name of customers", "Ada", "Show the note"):
        response = twins.client.post("/nl2sql", {"question": question})
        assert MARK not in response.content.decode(), question
    asked = f"How many customers are {MARK}?"
    response = twins.client.post("/nl2sql", {"question": asked})
    assert response.json()["status"] == "cannot_answer"
    for held in (f"note_{MARK}", f"Ada {MARK}", f"paid' {MARK}"):
        assert held not in response.content.decode()


def test_another_tenants_conversation_cannot_be_continued(owner: Member, twins: Member) -> None:
    for conversation in [*identifiers(owner.tenant).values(), str(uuid4())]:
        response = twins.client.post(
            "/nl2sql",
            {"question": QUESTION, "conversation_id": conversation},
        )
        assert (response.status_code, response.json()["code"]) == (404, "not_found")


def test_no_tool_of_an_agent_tells_of_another_tenant(owner: Member, twins: Member) -> None:
    told_words = {
        "ask": [{"question": one} for one in (QUESTION, "List the name of customers", f"How many are {MARK}?")],
        "run_sql": [{"sql": one} for one in ("SELECT name FROM customers", f"SELECT * FROM note_{MARK}")],
        "search_schema": [{"query": one} for one in (MARK, "what is paid", "customers")],
        "describe_table": [{"table": one} for one in (f"note_{MARK}", "main.customers")],
        "list_verified_queries": [{}, {"question": QUESTION}],
    }
    owned = identifiers(owner.tenant)
    held = [f"note_{MARK}", f"Ada {MARK}", f"paid' {MARK}", *owned.values()]
    with serving() as door:
        assert {tool.name for tool in door.tools(twins.key)} == set(told_words)
        calls = [(tool, arguments) for tool, several in told_words.items() for arguments in several]
        keys = [owned[model] for model in (Conversation, Run, DataSource)]
        foreign = [("ask", {"question": QUESTION, "conversation_id": key}) for key in keys]
        *results, nowhere = door.calls(
            twins.key, [*calls, *foreign, ("ask", {"question": QUESTION, "conversation_id": str(uuid4())})]
        )
    refusal = [block.model_dump() for block in nowhere.content]
    assert [[block.model_dump() for block in one.content] for one in results[len(calls) :]] == [refusal] * len(foreign)
    for (tool, arguments), result in zip(calls, results, strict=False):
        text = result.model_dump_json()
        # What the agent said itself may be said back.
        assert not any(secret in text for secret in held if secret not in str(arguments)), (tool, arguments)


def test_the_admin_of_one_tenant_shows_nothing_of_another(owner: Member, twins: Member) -> None:
    operator = operating(twins.tenant)
    owned = {model: key for model, key in identifiers(owner.tenant).items() if model in admin.site._registry}
    assert len(owned) > 5
    for model, key in owned.items():
        base = f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        listed = operator.get(base, follow=True)
        assert (listed.status_code, MARK in listed.content.decode()) == (200, False), base
        assert MARK not in operator.get(f"{base}{key}/change/", follow=True).content.decode()


def test_nobodys_key_opens_anything(twins: Member) -> None:
    stranger = caller()
    for address in addresses():
        path = re.sub(r"<uuid:\w+>", str(uuid4()), re.sub(r"<slug:\w+>", "shop", address))
        status, text = told(stranger.get(f"/{path}"))
        # Monitoring has a token of its own, without which its address does not exist.
        assert status in ((404,) if path == "metrics" else (302, 401, 405)), path
        assert "other" not in text or status == 302


def test_logs_hold_no_question_no_row_and_no_stored_text(
    owner: Member, twins: Member, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    for name in ("django", "django_structlog"):
        caplog.set_level("INFO", logger=name)
    capfd.readouterr()
    owner.client.post("/nl2sql", {"question": f"How many customers are {MARK}?"})
    owner.client.post("/nl2sql", {"question": "List the name of customers"})
    written = capfd.readouterr()
    assert "POST /nl2sql" in written.err + written.out + caplog.text
    for secret in (MARK, "List the name", "SELECT", owner.key):
        assert secret not in written.err + written.out + caplog.text
