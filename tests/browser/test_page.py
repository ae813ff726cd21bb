"""The page as Debian's chromium renders it: wide and at 320 pixels, light and dark, with nothing blocked."""

import re

import pytest
from playwright.sync_api import Page, expect

from nl2sql import runs
from nl2sql.runs import AskRequest
from schema_index.models import DataSource
from tenants.models import User
from tests.browser.conftest import BROWSER_TESTS, PATIENCE_MS, Browse, overflow, press
from tests.conftest import Member

pytestmark = BROWSER_TESTS

COUNT = "How many customers are there?"
WIDE_COLUMNS = "List the name, city and email of customers"


def sign_in(page: Page) -> None:
    page.goto("/")
    page.get_by_label("User name").fill("anna")
    page.get_by_label("Password").fill("anna knows this")
    press(page, "Sign in")


def ask(page: Page, question: str) -> None:
    page.get_by_label("Ask a question about your data").fill(question)
    press(page, "Ask")
    page.wait_for_url("**/runs/*")


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
    browse: Browse, analyst: Member, shop: DataSource, width: int, scheme: str
) -> None:
    with browse(width=width, scheme=scheme) as page:
        page.goto("/")
        assert overflow(page) == 0, "sign in"
        assert (luminance(page, "body") < 0.1) is (scheme == "dark")
        sign_in(page)
        assert overflow(page) == 0, "home"

        ask(page, WIDE_COLUMNS)

        page.get_by_role("cell", name="ada@example.com").wait_for()
        assert page.get_by_text("3 rows.", exact=True).first.is_visible()
        page.get_by_role("tab", name="Table").press("ArrowRight")
        assert page.locator("pre.sql").is_visible()
        page.get_by_role("tab", name="How it was made").click()
        page.get_by_text("What was considered").click()
        assert page.get_by_text("main.orders").is_visible()
        assert overflow(page) == 0, "answer"

        page.goto("/")
        page.keyboard.type("What is the weather on Mars?")
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/runs/*")
        page.locator("mark", has_text="weather").wait_for()
        assert overflow(page) == 0, "refusal"


def test_without_scripts_everything_works(browse: Browse, analyst: Member, shop: DataSource) -> None:
    with browse(scripts=False) as page:
        sign_in(page)
        ask(page, COUNT)

        assert page.get_by_role("cell", name="3").is_visible()
        press(page, "Sign out")
        assert page.get_by_label("User name").is_visible()


def test_the_documentation_of_the_api_opens_and_lists_both_doors(browse: Browse) -> None:
    with browse() as page:
        page.goto("/api/docs")

        # The description is written for the request, and drawn: seconds on a busy machine.
        page.locator(".opblock-summary-path", has_text="/api/v1/nl2sql").first.wait_for(timeout=3 * PATIENCE_MS)
        listed = {text.replace("\u200b", "") for text in page.locator(".opblock-summary-path").all_inner_texts()}
        assert listed >= {"/nl2sql", "/api/v1/nl2sql", "/api/v1/runs/{run_id}"}
        assert page.locator("svg.arrow, .arrow svg, button svg").first.is_visible()


def test_static_files_are_kept_for_a_year_under_names_of_what_they_hold(
    browse: Browse, owner: Member, shop: DataSource
) -> None:
    run = runs.ask(owner.principal, AskRequest(question=COUNT))
    with browse(owner) as page:
        served: dict[str, str] = {}
        page.on("response", lambda one: served.update({one.url: one.headers.get("cache-control", "")}))
        for address in ("/", f"/runs/{run.id}", "/api/docs", "/admin/login/"):
            page.goto(address, wait_until="networkidle")
        files = {url.split("/static/")[1]: told for url, told in served.items() if "/static/" in url}
        assert {name for name in files if not re.search(r"\.[0-9a-f]{12}\.\w+$", name)} == set()
        assert {re.sub(r"\.[0-9a-f]{12}", "", name) for name in files} > {
            "page/tokens.css",
            "page/each.js",
            "page/icons.svg",
        }
        assert set(files.values()) == {"max-age=31536000"}
        script = page.request.get("/embed/querent-ask.js")
        assert (script.status, script.headers["cache-control"]) == (200, "public, max-age=3600")


def test_the_admin_is_styled(browse: Browse, analyst: Member) -> None:
    User.objects.create_superuser(username="root", password="root knows this")
    with browse() as page:
        page.goto("/admin/")
        page.get_by_label("Username").fill("root")
        page.get_by_label("Password").fill("root knows this")
        press(page, "Log in")

        assert page.get_by_role("link", name="Data sources").first.is_visible()
        assert overflow(page) == 0


def test_the_keyboard_alone_finds_an_answer_again(browse: Browse, analyst: Member, shop: DataSource) -> None:
    run = runs.ask(analyst.principal, AskRequest(question=COUNT))
    with browse(analyst) as page:
        page.goto("/conversations")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        page.keyboard.type("nothing like it")
        expect(page.get_by_text("Nothing found for")).to_be_visible()
        page.keyboard.press("Control+a")
        page.keyboard.type("customers")
        expect(page.locator("#found a.grow")).to_be_visible()
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        expect(page.locator("#found a.grow")).to_be_focused()
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/runs/{run.id}")
        page.get_by_role("tab", name="Table").focus()
        page.keyboard.press("End")
        expect(page.get_by_role("tabpanel", name="How it was made")).to_be_visible()
