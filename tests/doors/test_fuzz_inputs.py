"""Every input that a stranger's bytes reach, tried with good ones spoiled: no more than a clear refusal may come of it.

A finding is an exception that is none of ours, a 5xx, or more time or memory than a door's bound. A few examples run
with the suite; `make fuzz-inputs SECONDS=300` goes on with other ones until the time is over.
"""

import json
import resource
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from hypothesis import given, seed
from hypothesis import strategies as st
from rest_framework.test import APIClient

from config.environment import BASE_DIR
from config.read_environment import read_environment
from schema_index.documents.document_text import DocumentUnreadable
from schema_index.documents.read import read_document
from schema_index.knowledge.addresses import Address
from schema_index.knowledge.importing import ImportOptions, import_address
from schema_index.models import DataSource
from tests.agents import serving
from tests.conftest import Member
from tests.forms import forms_from
from tests.functional.stored_things import store_things
from tests.functional.test_embed_tokens import token_of
from tests.mutated import SECONDS, bound, json_mutants, mutants, rounds, texts
from tests.pages import of
from tests.pdf_files import encrypted, pdf_of

DOORS = 10
APPS = ("config", "nl2sql", "schema_index", "tenants")
EXAMPLES = 50 if SECONDS else 10
MAX_GROWTH_MB = 400
"""Of this process while one door is tried: what one file may take stays with the child that reads it."""

MARKDOWN = (BASE_DIR / "docs" / "tutorial.md").read_bytes()
HTML = (
    b"<!doctype html><title>Terms</title><h1>Net</h1><table><tr><td>a</td><td>b</td></tr></table>"
    b"<p>Paid &amp; sent.<pre>x</pre>"
)
PDF = pdf_of([(20.0, "Rules"), (10.0, "Paid orders only.")], [(10.0, "Second page.")], title="Rules")
FAQ = (
    b'{"question": "What is net?", "answer": "Gross less tax.", "metadata": {"n": 1}}\n'
    b'{"question": "Why?", "answer": "So."}'
)
FILES = {
    "notes.md": [MARKDOWN, b"# Net\n\nGross less *refunds*.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"],
    "page.html": [HTML],
    "plain.txt": [b"Terms\n=====\n\nA customer is a person.", "Ärger\n".encode("utf-16"), "Größe".encode("latin-1")],
    "rules.pdf": [PDF, encrypted(PDF, password="")],
    "faq.jsonl": [FAQ],
}
POLICY = {
    "include_tables": ["main.customers\nmain.orders", "*.customers"],
    "exclude_tables": ["main.orders"],
    "hidden": ["*.email\r\n", "main.customers.email"],
    "masked": ["main.customers.name"],
    "row_rules": ["main.customers: city =\r\n  attribute('city')", "main.orders: total > 1 and status in ('paid')"],
    "min_group": ["5", ""],
    "action": ["preview", "save"],
}
CLIENT = {"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "a", "version": "1"}}
TOOLS: dict[str, dict[str, Any]] = {
    "ask": {"question": "How many customers are there?", "max_rows": 1},
    "run_sql": {"sql": "SELECT name FROM customers", "data_source": "shop"},
    "search_schema": {"query": "city", "limit": 3},
    "describe_table": {"table": "main.customers"},
    "list_verified_queries": {},
}
CALLS: list[dict[str, Any]] = [
    {"method": "initialize", "params": CLIENT},
    {"method": "tools/list", "params": {}},
    *({"method": "tools/call", "params": {"name": name, "arguments": given_}} for name, given_ in TOOLS.items()),
]
MESSAGES = [{"jsonrpc": "2.0", "id": 1, **call} for call in CALLS]
ADDRESSES = (
    "/api/v1/runs",
    "/api/v1/audit",
    "/api/v1/keys",
    "/api/v1/members",
    "/api/v1/conversations",
    "/api/v1/knowledge/faq",
)
QUESTION = '{"question": "How many customers are there?"}'
HEADERS = {
    "Idempotency-Key": ["a-key", "6a2f4f7e-1"],
    "Last-Event-ID": ["0", "17"],
    "Accept": ["application/json", "text/event-stream", "text/html;q=0.9, */*"],
    "Prefer": ["respond-async", "wait=10, respond-async; x"],
    "X-Request-ID": ["6a2f4f7e1b"],
    "Accept-Language": ["de-DE, en;q=0.5"],
    "Content-Type": ["application/json", "application/json; charset=utf-8", "multipart/form-data; boundary=x"],
    "Authorization": ["Bearer qk_0123456789ab_secret", "Basic YTpi"],
    "Host": ["testserver", "127.0.0.1:8000"],
    "Origin": ["https://app.example.com"],
    "X-Forwarded-For": ["10.0.0.1, 192.168.0.1", "[::1]:80"],
}  # fmt: skip

Try = Callable[[Any], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """`seconds` is what one input may take, on a machine that does other things too."""

    name: str
    inputs: st.SearchStrategy[Any]
    attempt: Try
    seconds: float = 10.0


@pytest.fixture
def tried(capsys: pytest.CaptureFixture[str]) -> Callable[[Door], None]:
    """Fails with one input of each kind of finding."""

    def run(door: Door) -> None:
        findings: dict[str, str] = {}
        count = 0
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

        def look(given_: Any) -> None:
            nonlocal count
            count, started = count + 1, time.monotonic()
            try:
                door.attempt(given_)
            except Exception as error:  # noqa: BLE001  any is a finding
                told = "".join(traceback.format_exception(error))[-3_000:]
                findings.setdefault(_place(error), f"{given_!r:.3000}\n{told}")
            if (taken := time.monotonic() - started) > door.seconds:
                findings.setdefault("time", f"{taken:.1f} s: {given_!r:.3000}")

        for number in rounds(SECONDS / DOORS):
            seed(number)(bound(EXAMPLES)(given(door.inputs)(look)))()
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1_024
        if grown > MAX_GROWTH_MB:
            findings["memory"] = f"{grown:.0f} MB more than before"
        if SECONDS:
            with capsys.disabled():
                sys.stdout.write(f"{door.name}: {count:,} inputs, {len(findings)} kinds of findings, {grown:.0f} MB\n")
        assert not findings, "\n\n".join(f"{place}\n{told}" for place, told in findings.items())

    return run


def _place(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if frame.filename.startswith(tuple(str(BASE_DIR / app) for app in APPS))]
    last = (own or frames)[-1]
    return f"{type(error).__name__} at {Path(last.filename).name}:{last.lineno}"


def answered(response: Any, *, but: tuple[int, ...] = ()) -> None:
    """What is down may say so. A stream of events is read by its own tests."""
    assert response.status_code < 500 or response.status_code in but, (
        f"{response.status_code}: {response.content[:500]!r}"
    )


def as_sent(headers: dict[str, str]) -> dict[str, Any]:
    """As a server hands them on: bytes of any kind, but for ends of lines, which end a header."""
    lines = {name: text.replace("\n", " ").replace("\r", " ") for name, text in headers.items()}
    named = {name: f"HTTP_{name.upper().replace('-', '_')}" for name in lines} | {"Content-Type": "CONTENT_TYPE"}
    return {named[name]: text.encode().decode("latin-1") for name, text in lines.items()}


@st.composite
def some_headers(draw: st.DrawFn) -> dict[str, str]:
    """Few at once, since most of those that say who asks and where are refused first."""
    names = draw(st.lists(st.sampled_from(sorted(HEADERS)), max_size=3, unique=True))
    return {name: draw(texts(HEADERS[name])) for name in names}


@pytest.mark.parametrize("name", [name for name in FILES if name != "faq.jsonl"])
def test_documents(tried: Callable[[Door], None], name: str) -> None:
    def read(data: bytes) -> None:
        with suppress(DocumentUnreadable):
            read_document(data, name=name)

    # What a child reads may take its own half minute.
    tried(Door(name=name, inputs=mutants(FILES[name]), attempt=read, seconds=35.0))


@pytest.mark.django_db
def test_uploads_and_imported_folders(
    tried: Callable[[Door], None], owner: Member, shop: DataSource, tmp_path: Path
) -> None:
    """The bytes of the form itself, and a folder with a file of each kind."""
    head = b'--x\r\nContent-Disposition: form-data; name="title"\r\n\r\nTerms\r\n'
    file = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.md"\r\n'
    form = head + file + b"Content-Type: text/plain\r\n\r\n# Net\r\n--x--\r\n"

    def upload(parts: tuple[bytes, dict[str, bytes]]) -> None:
        body, folder = parts
        for name, data in folder.items():
            (tmp_path / name).write_bytes(data)
        with transaction.atomic():
            answered(
                owner.client.post("/api/v1/knowledge/documents", body, content_type="multipart/form-data; boundary=x")
            )
            list(import_address(owner.tenant.id, Address(str(tmp_path)), options=ImportOptions(prune=True)))
            transaction.set_rollback(True)

    small = {name: mutants([one[:2_000] for one in FILES[name]]) for name in ("notes.md", "plain.txt")}
    small["faq.jsonl"] = mutants([FAQ]) | json_mutants([json.loads(line) for line in FAQ.splitlines()])
    tried(
        Door(name="uploads, imports", inputs=st.tuples(mutants([form]), st.fixed_dictionaries(small)), attempt=upload)
    )


@pytest.mark.django_db
def test_policies(tried: Callable[[Door], None], owner: Member, shop: DataSource) -> None:
    client = of(owner)
    body = {
        "columns": {"main.customers.email": "hidden"},
        "row_rules": {"main.customers": "city = 'Lyon'"},
        "min_group": 3,
    }

    def save(parts: tuple[dict[str, str], bytes]) -> None:
        lines, document = parts
        with transaction.atomic():
            answered(client.post("/policies/shop/analyst", lines))
            answered(
                owner.client.put("/api/v1/data-sources/shop/policy/analyst", document, content_type="application/json")
            )
            transaction.set_rollback(True)

    lines = st.fixed_dictionaries({name: texts(values) for name, values in POLICY.items()})
    tried(Door(name="policies", inputs=st.tuples(lines, json_mutants([body])), attempt=save))


@pytest.mark.django_db(transaction=True)
def test_agents_messages(tried: Callable[[Door], None], owner: Member, shop: DataSource) -> None:
    headers = {
        "Authorization": f"Bearer {owner.key}",
        "Content-Type": "application/json",
        "Accept": "application/json, text/event-stream",
    }
    with serving() as door, httpx2.Client(headers=headers, timeout=60) as client:

        def call(body: bytes) -> None:
            reply = client.post(door.url, content=body)
            assert reply.status_code < 500, f"{reply.status_code}: {reply.text[:500]}"
            assert "Traceback" not in reply.text

        tried(Door(name="agents", inputs=json_mutants(MESSAGES), attempt=call))


@pytest.mark.django_db
def test_headers_cursors_and_tokens(tried: Callable[[Door], None], owner: Member, shop: DataSource) -> None:
    run = owner.client.post("/nl2sql", QUESTION, content_type="application/json").json()
    cursor = owner.client.get("/api/v1/audit", {"limit": 1}).json()["next"]
    token = token_of(owner.client)

    def call(parts: tuple[dict[str, str], str, str, str, str]) -> None:
        named, address, place, credential, limit = parts
        plain = {"HTTP_AUTHORIZATION": f"Bearer {owner.key}", "CONTENT_TYPE": "application/json"}
        own: dict[str, Any] = {**plain, **as_sent(named)}
        with transaction.atomic():
            client = Client()
            answered(client.generic("GET", f"{address}?{urlencode({'cursor': place, 'limit': limit})}", **own))
            answered(client.generic("GET", f"/api/v1/runs/{run['id']}/events", **own))
            answered(client.generic("POST", "/nl2sql", QUESTION, **own))
            box = APIClient().get("/embed/start", HTTP_AUTHORIZATION=f"Bearer {credential}")
            answered(box)
            assert box.status_code == 401 or credential.strip() == token, credential
            transaction.set_rollback(True)

    inputs = st.tuples(
        some_headers(),
        st.sampled_from(ADDRESSES),
        texts([cursor, "WzFd"]),
        texts([token, token.replace(".", ".."), token[: len(token) // 2]]),
        texts(["10", "200"]),
    )
    tried(Door(name="headers, cursors, tokens", inputs=inputs, attempt=call))


@pytest.mark.django_db
def test_forms_of_every_page(tried: Callable[[Door], None], owner: Member, shop: DataSource) -> None:
    store_things(owner)
    client = of(owner)
    forms = forms_from(client)
    assert len({form.action for form in forms}) > 20

    @st.composite
    def filled(draw: st.DrawFn) -> tuple[str, str, dict[str, Any]]:
        form = draw(st.sampled_from(forms))
        known: dict[str, Any] = {
            name: draw(texts([value, "2026-01-01", "shop", "a"]) if draw(st.booleans()) else st.just(value))
            for name, value in form.fields.items()
        }
        if "file" in known:
            known["file"] = SimpleUploadedFile(
                "a" + draw(texts([".md", ".txt"])).replace("/", "_"), draw(mutants(FILES["notes.md"]))
            )
        for name in draw(st.lists(st.sampled_from(sorted(known) or ["x"]), max_size=2)):
            known.pop(name, None)
        return form.action, form.method, known

    def send(parts: tuple[str, str, dict[str, Any]]) -> None:
        action, method, fields = parts
        with transaction.atomic():
            answered(getattr(client, method)(action, fields), but=(502, 503, 504))
            transaction.set_rollback(True)

    tried(Door(name="forms", inputs=filled(), attempt=send, seconds=30.0))


def test_files_of_settings(tried: Callable[[Door], None], tmp_path: Path) -> None:
    example = (BASE_DIR / ".env.example").read_bytes()
    filled = example.replace(b"# ", b"").replace(b"=\n", b"=1\n")
    folder, file = tmp_path / "secrets", tmp_path / ".env"
    folder.mkdir()

    def read(parts: tuple[bytes, bytes]) -> None:
        file.write_bytes(parts[0])
        (folder / "llm_prices").write_bytes(parts[1])
        with suppress(SystemExit):
            read_environment(_env_file=file, _secrets_dir=folder)

    prices = [b"gpt-4.1-mini=0.40/1.60", b"a=1/2,b=3/4"]
    tried(Door(name="settings", inputs=st.tuples(mutants([example, filled]), mutants(prices)), attempt=read))
