"""Every screen, wide and light, narrow and dark: nothing in the way of anybody, and nothing wider than the window."""

from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Frame, Page

from nl2sql import feedback, runs
from nl2sql.models import Rating, Run
from nl2sql.runs import AskRequest
from schema_index import knowledge
from schema_index.models import DataSource, ReviewState
from tenants.context import tenant_transaction
from tests.browser.conftest import BROWSER_TESTS, Browse, overflow
from tests.conftest import Member

pytestmark = BROWSER_TESTS

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
LOOKS = {"type": "rule", "values": ["color-contrast", "target-size", "scrollable-region-focusable", "region"]}
"""What can differ where the same page is dark and narrow."""

ALL_PARTS = ("/", "/catalogue/shop/tables/main.orders", "/review", "/keys", "How it was made", "thumb down", "menu")
"""Screens that hold every part of the design between them; these are looked at in the dark too."""

CITIES = "How many customers are there in each city?"


def obstacles(page: Page | Frame, rules: dict[str, Any]) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules, resultTypes: ['violations']})", rules)
    return [
        f"{one['id']} at {node['target']}: {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


def looked_at(page: Page, name: str) -> None:
    is_wide = page.viewport_size is not None and page.viewport_size["width"] > 320
    if is_wide or name in ALL_PARTS:
        assert obstacles(page, RULES if is_wide else LOOKS) == [], name
    assert overflow(page) <= 0, name


@pytest.fixture
def answered(owner: Member, shop: DataSource) -> Run:
    """With something for every screen: a proposal, a definition to look at, a refusal."""
    run = runs.ask(owner.principal, AskRequest(question=CITIES))
    feedback.give(owner.principal, run.id, rating=Rating.UP)
    with tenant_transaction(owner.tenant.id):
        knowledge.save_faq(question="Q?", answer="A.", actor="user:1", review_state=ReviewState.PROPOSED)
    return run


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (320, "dark")])
def test_no_screen_has_an_obstacle(browse: Browse, owner: Member, answered: Run, width: int, scheme: str) -> None:
    refused = runs.ask(owner.principal, AskRequest(question="What is the weather on Mars?"))
    with browse(owner, width=width, scheme=scheme) as page:
        for address in (
            *("/", "/conversations", f"/runs/{refused.id}", "/catalogue", "/catalogue/shop", "/catalogue/shop/changes"),
            *("/catalogue/shop/tables/main.orders", "/sources/new", "/review", "/keys", "/usage"),
        ):
            page.goto(address)
            page.eval_on_selector_all("main details", "all => all.forEach(one => one.open = true)")
            looked_at(page, address)
        page.goto("/conversations")
        page.get_by_role("button", name="Rename or delete").first.click()
        page.get_by_role("textbox", name="Title").wait_for()
        looked_at(page, "rename or delete")
        page.goto(f"/runs/{answered.id}")
        for tab in page.get_by_role("tab").all():
            tab.click()
            looked_at(page, tab.inner_text())
        page.get_by_role("button", name="Wrong").click()
        page.get_by_text("What is wrong with it?").wait_for()
        looked_at(page, "thumb down")
        if width == 320:
            page.get_by_role("button", name="Menu").click()
            page.get_by_role("link", name="Catalogue").wait_for()
            looked_at(page, "menu")
    with browse(width=width, scheme=scheme) as page:
        page.goto("/login")
        looked_at(page, "/login")
