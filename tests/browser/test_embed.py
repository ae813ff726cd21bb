"""The ask box in a page of another site, which Chromium keeps from Querent's cookies as it does for any third party."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from rest_framework.test import APIClient

from nl2sql.models import Run, RunFeedback
from schema_index.models import DataSource
from tenants import api_keys
from tenants.context import tenant_transaction
from tenants.models import ApiKey
from tenants.roles import Permission, Role
from tests.browser.conftest import BROWSER_TESTS, PATIENCE_MS, press
from tests.browser.test_screens import RULES, obstacles
from tests.conftest import Member
from tests.scripted_model import SLOW, ScriptedModel, answers

pytestmark = BROWSER_TESTS

PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A shop's back office</title>
<script src="{server}/embed/querent-ask.js" defer></script></head>
<body><h1>Back office</h1><querent-ask tokens="/tokens"></querent-ask></body></html>"""


@dataclass(slots=True)
class Product:
    """The tenant's own product: `page` at its address, and the tokens that its server gets for its person, in turn."""

    page: str
    address: str = ""
    tokens: list[dict[str, Any]] = field(default_factory=list)
    given: int = 0

    @property
    def origin(self) -> str:
        return self.address


@contextmanager
def product(server: str) -> Iterator[Product]:
    """At `localhost`, while Querent is at 127.0.0.1: another site, not only another port."""
    shown = Product(page=PAGE.format(server=server))

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, kind = shown.page.encode(), "text/html"
            if self.path == "/tokens":
                body, kind = (
                    json.dumps(shown.tokens[min(shown.given, len(shown.tokens) - 1)]).encode(),
                    "application/json",
                )
                shown.given += 1
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Security-Policy", f"default-src 'self'; script-src {server}; frame-src {server}")
            # A page that isolates itself shows only what allows it.
            self.send_header("Cross-Origin-Opener-Policy", "same-origin")
            self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Quiet."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as httpd:
        threading.Thread(target=httpd.serve_forever, daemon=True).start()
        shown.address = f"http://localhost:{httpd.server_port}"
        yield shown
        httpd.shutdown()


@contextmanager
def visit(chromium: Browser, shown: Product) -> Iterator[tuple[Page, list[str]]]:
    complaints: list[str] = []
    with chromium.new_context(viewport={"width": 800, "height": 900}) as context:
        page = context.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(shown.address)
        yield page, complaints
        assert context.cookies() == []


@pytest.fixture
def server_key(owner: Member) -> APIClient:
    with tenant_transaction(owner.tenant.id):
        _, text = api_keys.issue(name="shop front", scopes=[Permission.EMBED], actor="system:test", role=Role.ANALYST)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def made(client: APIClient, server: str, *, origin: str, user: str = "customer-1") -> dict[str, Any]:
    body = json.dumps({"user": user, "origin": origin})
    response = client.post(
        "/api/v1/embed-tokens", body, content_type="application/json", HTTP_HOST=server.removeprefix("http://")
    )
    assert response.status_code == 201, response.content
    return dict(response.json())


def test_people_of_a_product_ask_in_its_own_page(
    chromium: Browser, server: str, server_key: APIClient, owner: Member, shop: DataSource
) -> None:
    with product(server) as shown:
        altered = made(server_key, server, origin=shown.origin)
        altered["address"] = altered["address"][:-3]
        # The first is altered, and refused as an expired one is: the element asks its page's server for another.
        shown.tokens = [altered, made(server_key, server, origin=shown.origin)]
        with visit(chromium, shown) as (page, complaints):
            box = page.frame_locator("querent-ask iframe")
            box.get_by_label("Ask a question about your data").fill("How many customers are there?")
            box.get_by_role("button", name="Ask", exact=True).click()
            expect(box.get_by_role("cell", name="3")).to_be_visible()
            box.get_by_label("Ask a question about your data").fill("What is the weather on Mars?")
            page.keyboard.press("Control+Enter")
            expect(box.locator("mark", has_text="weather")).to_be_visible()
            frame = page.locator("querent-ask iframe")
            assert frame.evaluate("element => element.clientHeight") > 400, "as high as what it holds"
            assert shown.given == 2
            assert page.frames[1].url == shown.tokens[1]["address"].partition("#")[0], "the token is in no address"
            box.get_by_text("How it was made").click()
            assert obstacles(page.frames[1], RULES) == []
            with tenant_transaction(owner.tenant.id):
                assert set(Run.objects.values_list("actor", flat=True)) == {shown.tokens[1]["actor"]}
                assert Run.objects.values("conversation").distinct().count() == 1
                api_keys.revoke(ApiKey.objects.get(name="shop front"), actor="system:test")
            box.get_by_label("Ask a question about your data").fill("And now?")
            box.get_by_role("button", name="Ask", exact=True).click()
            expect(box.get_by_role("alert")).to_have_text("The API key that made the token was revoked.")
        assert [one for one in complaints if "401" not in one] == []


def test_steps_are_watched_stopped_and_the_answer_saved_and_rated(
    chromium: Browser,
    server: str,
    server_key: APIClient,
    owner: Member,
    shop: DataSource,
    model: ScriptedModel,
) -> None:
    model.script([SLOW, answers(sql="SELECT name, city FROM customers ORDER BY name")])
    with product(server) as shown:
        shown.tokens = [made(server_key, server, origin=shown.origin)]
        with visit(chromium, shown) as (page, complaints):
            box = page.frame_locator("querent-ask iframe")
            box.get_by_label("Ask a question about your data").fill("Who are our customers?")
            box.get_by_role("button", name="Ask", exact=True).click()
            expect(box.locator("li.done")).to_contain_text("Finding the tables")
            expect(box.locator("li.at")).to_contain_text("Writing the SQL")
            expect(box.locator("[data-elapsed]")).to_contain_text("s")
            expect(box.locator("[data-status]")).to_have_text("at work")
            assert obstacles(page.frames[1], RULES) == []
            press(box, "Stop")
            expect(box.get_by_text("You stopped this question.")).to_be_visible()
            assert model.hung_up.wait(5)

            press(box, "Ask again")
            expect(box.get_by_role("cell", name="Cleo")).to_be_visible()
            expect(box.get_by_text("machine-written")).to_be_visible()
            expect(box.get_by_text("tokens in")).to_have_count(0)
            with page.expect_download() as saved:
                press(box, "CSV")
            assert saved.value.suggested_filename == "answer.csv"
            text = Path(saved.value.path()).read_text(encoding="utf-8")
            assert text.splitlines() == ['"name","city"', '"Ada","Lyon"', '"Ben","Turin"', '"Cleo","Lyon"']

            press(box, "Wrong")
            assert obstacles(page.frames[1], RULES) == []
            press(box, "Rows are missing")
            expect(box.get_by_text("You said: wrong")).to_contain_text("Rows are missing")
            box.get_by_label("In your own words").fill("Dora is not there")
            press(box, "Send")
            expect(box.get_by_text("You said: wrong")).to_contain_text("Dora is not there")
            press(box, "Right")
            expect(box.get_by_text("You said: right. Curators will look at it.")).to_be_visible()
        assert complaints == []
    with tenant_transaction(owner.tenant.id):
        said = RunFeedback.objects.get()
        assert (said.actor, said.rating, said.reason) == (shown.tokens[0]["actor"], "up", "")


def test_a_page_of_another_origin_does_not_get_the_box(
    chromium: Browser, server: str, server_key: APIClient, shop: DataSource
) -> None:
    with product(server) as shown:
        shown.tokens = [made(server_key, server, origin="https://app.example.com")]
        with visit(chromium, shown) as (page, _):
            page.wait_for_event("console", lambda message: "frame-ancestors" in message.text)
            assert page.frame_locator("querent-ask iframe").get_by_role("button").count() == 0
