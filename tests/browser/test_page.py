"""The page as Debian's chromium renders it: wide and at 320 pixels, light and dark, with nothing blocked."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from schema_index.models import DataSource
from tenants.models import User
from tests.conftest import Member

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not CHROMIUM.exists() and os.environ.get("CI") != "true", reason="Debian's package chromium is not installed"
    ),
]

COUNT = "How many customers are there?"
WIDE_COLUMNS = "List the name, city and email of customers"


@contextmanager
def opened(server: LiveServer, *, width: int, scheme: str, scripts: bool = True) -> Iterator[Page]:
    """A page, whose errors and blocked loads fail the test. No ORM in here: the driver runs an event loop."""
    complaints: list[str] = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme="dark" if scheme == "dark" else "light",
            java_script_enabled=scripts,
            base_url=server.url,
        )
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on(
            "request",
            lambda request: (
                None
                if request.url.startswith((server.url, "data:", "blob:"))
                else complaints.append(f"foreign address: {request.url}")
            ),
        )
        yield page
        browser.close()
    assert complaints == []


def sign_in(page: Page) -> None:
    page.goto("/")
    page.get_by_label("User name").fill("anna")
    page.get_by_label("Password").fill("anna knows this")
    page.get_by_role("button", name="Sign in").click()


def ask(page: Page, question: str) -> None:
    page.get_by_label("Ask a question about your data").fill(question)
    page.get_by_role("button", name="Ask").click()
    page.wait_for_url("**/runs/*")


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than the window."""
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def luminance(page: Page, selector: str) -> float:
    """Of the element's background, 0 black to 1 white (WCAG 2.2, relative luminance)."""
    return float(
        page.eval_on_selector(
            selector,
            """element => {
                const [r, g, b] = getComputedStyle(element).backgroundColor.match(/[\\d.]+/g).map(Number)
                    .map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
            }""",
        )
    )


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (1280, "dark")])
def test_a_person_signs_in_asks_and_reads_the_answer(
    live_server: LiveServer, analyst: Member, shop: DataSource, width: int, scheme: str
) -> None:
    with opened(live_server, width=width, scheme=scheme) as page:
        page.goto("/")
        assert overflow(page) == 0, "sign in"
        assert (luminance(page, "body") < 0.1) is (scheme == "dark")
        sign_in(page)
        assert overflow(page) == 0, "home"

        ask(page, WIDE_COLUMNS)

        assert page.get_by_role("cell", name="ada@example.com").is_visible()
        assert page.get_by_text("3 rows.", exact=True).first.is_visible()
        assert page.locator("pre.sql").is_visible()
        page.get_by_text("How it was made").click()
        assert page.get_by_text("main.orders").is_visible()
        assert overflow(page) == 0, "answer"

        page.goto("/")
        page.keyboard.type("What is the weather on Mars?")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.wait_for_url("**/runs/*")
        assert page.locator("mark", has_text="weather").is_visible()
        assert overflow(page) == 0, "refusal"


def test_without_scripts_everything_works(live_server: LiveServer, analyst: Member, shop: DataSource) -> None:
    with opened(live_server, width=1280, scheme="light", scripts=False) as page:
        sign_in(page)
        ask(page, COUNT)

        assert page.get_by_role("cell", name="3").is_visible()
        page.get_by_role("button", name="Sign out").click()
        assert page.get_by_label("User name").is_visible()


def test_the_documentation_of_the_api_opens_and_lists_both_doors(live_server: LiveServer) -> None:
    with opened(live_server, width=1280, scheme="light") as page:
        page.goto("/api/docs")

        page.locator(".opblock-summary-path", has_text="/api/v1/nl2sql").first.wait_for()
        listed = {text.replace("\u200b", "") for text in page.locator(".opblock-summary-path").all_inner_texts()}
        assert listed >= {"/nl2sql", "/api/v1/nl2sql", "/api/v1/runs/{run_id}"}
        assert page.locator("svg.arrow, .arrow svg, button svg").first.is_visible()


def test_the_admin_is_styled(live_server: LiveServer, analyst: Member) -> None:
    User.objects.create_superuser(username="root", password="root knows this")
    with opened(live_server, width=1280, scheme="light") as page:
        page.goto("/admin/")
        page.get_by_label("Username").fill("root")
        page.get_by_label("Password").fill("root knows this")
        page.get_by_role("button", name="Log in").click()

        assert page.get_by_role("link", name="Data sources").first.is_visible()
        assert overflow(page) == 0
