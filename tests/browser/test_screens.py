"""Every screen, wide and light, narrow and dark: nothing in the way of anybody, and nothing wider than the window."""

from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import axe_playwright_python
import pytest
from django.conf import settings as settings_of_django
from playwright.sync_api import Frame, Page

from nl2sql import runs
from nl2sql.curation import feedback
from nl2sql.models import Rating, Run
from nl2sql.runs import AskRequest
from schema_index.knowledge import knowledge
from schema_index.models import DataSource, ReviewState
from tenants import memberships
from tenants.context import platform_transaction, tenant_transaction
from tenants.models import Tenant, User
from tenants.roles import Role
from tests.browser.conftest import BROWSER_TESTS, Browse, overflow, press
from tests.browser.states import (
    being_read,
    leave_pages_of_conversations,
    not_read,
    questions,
    shared_by,
    templates_noted,
    templates_of_the_page,
)
from tests.conftest import Member
from tests.verified import verify

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


LOOKS_OF_SCREENS = [(1280, "light"), (320, "dark")]


@pytest.mark.parametrize(("width", "scheme"), LOOKS_OF_SCREENS)
def test_no_screen_has_an_obstacle(
    browse: Browse,
    owner: Member,
    analyst: Member,
    outsider: Member,
    answered: Run,
    settings: Any,
    admin_connection: Callable[[str], Any],
    width: int,
    scheme: str,
) -> None:
    opened = partial(browse, width=width, scheme=scheme)
    with templates_noted() as noted:
        usual_screens(opened, owner, answered, width=width)
        states_of_questions(opened, owner, analyst, answered, settings)
        states_of_sources(opened, owner)
        people(opened, owner)
        knowledge_and_policies(opened, owner)
        refused_visits(opened, analyst, outsider, settings)
        answer_elsewhere(opened, owner, outsider)
        broken_page(opened, owner, admin_connection)
    assert templates_of_the_page() - noted == set(), "each is looked at: add what shows it"


def usual_screens(opened: Callable[..., Any], owner: Member, answered: Run, *, width: int) -> None:
    refused = runs.ask(owner.principal, AskRequest(question="What is the weather on Mars?"))
    with opened(owner) as page:
        for address in (
            *("/", "/conversations", f"/runs/{refused.id}", "/catalogue", "/catalogue/shop", "/catalogue/shop/changes"),
            *("/catalogue/shop/tables/main.orders", "/sources/new", "/review", "/keys", "/usage", "/members"),
            *(
                "/knowledge",
                "/knowledge?deleted",
                "/knowledge/documents",
                "/knowledge/faq/new",
                "/knowledge/documents/new",
            ),
            *("/policies", "/policies/shop/analyst"),
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
        press(page, "Wrong")
        page.get_by_text("What is wrong with it?").wait_for()
        looked_at(page, "thumb down")
        if width == 320:
            press(page, "Menu")
            page.get_by_role("link", name="Catalogue").wait_for()
            looked_at(page, "menu")


def states_of_questions(
    opened: Callable[..., Any], owner: Member, analyst: Member, answered: Run, settings: Any
) -> None:
    with tenant_transaction(owner.tenant.id):
        shop = DataSource.objects.get(slug="shop")
    verify(shop, "Who is there?", "SELECT name FROM customers")
    addresses = questions(owner, settings)
    reused = runs.ask(owner.principal, AskRequest(question="Who is there?"))
    assert reused.reply["trust"]["label"] == "verified"
    shared = shared_by(owner, CITIES)
    leave_pages_of_conversations(owner)
    with opened(owner) as page:
        for name, address in {**addresses, "verified": f"/runs/{reused.id}", "shared by me": shared}.items():
            page.goto(address)
            for tab in page.get_by_role("tab").all()[-1:]:
                tab.click()
            page.eval_on_selector_all("main details", "all => all.forEach(one => one.open = true)")
            looked_at(page, name)
        page.goto("/conversations")
        looked_at(page, "many conversations")
        page.goto("/conversations?q=nothing+like+it")
        looked_at(page, "no conversation found")
        page.goto("/keys")
        page.get_by_label("Name").fill("Dashboard")
        press(page, "Make")
        page.get_by_role("heading", name="Copy the key now").wait_for()
        looked_at(page, "new key")
        page.goto(f"/runs/{answered.id}")
        press(page, "Verify for everyone")
        page.get_by_text("Whoever asks this question now").wait_for()
        looked_at(page, "verified for everyone")
    with opened(analyst) as page:
        page.goto(shared)
        page.get_by_text("Asked and shared by").wait_for()
        looked_at(page, "shared by another")


def states_of_sources(opened: Callable[..., Any], owner: Member) -> None:
    with tenant_transaction(owner.tenant.id):
        shop = DataSource.objects.get(slug="shop")
    with opened(owner) as page:
        page.goto("/sources/shop/edit")
        looked_at(page, "edit source")
        press(page, "Test connection")
        page.get_by_text("The connection works").wait_for()
        looked_at(page, "source tested")
        with being_read(shop):
            page.goto("/catalogue/shop")
            page.get_by_text("4 of 10 tables").wait_for()
            looked_at(page, "source being read")
            page.goto("about:blank")  # it loads itself again when the sync is over
        with not_read(shop):
            for address in ("/catalogue/shop", "/catalogue"):
                page.goto(address)
                page.eval_on_selector_all("main details", "all => all.forEach(one => one.open = true)")
                looked_at(page, f"{address} after a failed sync")


def people(opened: Callable[..., Any], owner: Member) -> None:
    with opened(owner) as page:
        page.goto("/members")
        press(page, "Change or remove anna")
        page.get_by_label("Role").first.wait_for()
        looked_at(page, "change or remove a member")
        page.keyboard.press("Escape")
        press(page, "Make a link")
        page.get_by_role("heading", name="Send this link").wait_for()
        looked_at(page, "invitation")
        link = page.locator("#link-text").inner_text()
        page.goto(link)
        looked_at(page, "join as who is signed in")
    with opened(refused=True) as page:
        page.goto(link)
        looked_at(page, "join")
        page.get_by_label("User name").fill("pia")
        page.get_by_label("Password", exact=True).fill("1")
        page.get_by_label("Password again").fill("2")
        press(page, "Make an account and join")
        page.locator(".errors").first.wait_for()
        looked_at(page, "join with wrong fields")


def knowledge_and_policies(opened: Callable[..., Any], owner: Member) -> None:
    with opened(owner) as page:
        page.goto("/knowledge")
        page.locator("#entries a.grow").first.click()
        page.get_by_role("button", name="Save").wait_for()
        looked_at(page, "knowledge entry")
        press(page, "Delete")
        page.goto("/knowledge?deleted")
        page.get_by_role("button", name="Bring back").wait_for()
        looked_at(page, "deleted knowledge")
        page.goto("/policies/shop/analyst")
        page.get_by_text("Write a policy").click()
        page.locator("[name=exclude_tables]").fill("main.orders")
        press(page, "Preview")
        page.get_by_text("Nothing is saved yet").wait_for()
        looked_at(page, "policy previewed")
        press(page, "Save")
        page.get_by_role("button", name="Withdraw this policy").wait_for()
        looked_at(page, "policy saved")
        press(page, "Withdraw this policy")
        page.wait_for_load_state()


def answer_elsewhere(opened: Callable[..., Any], owner: Member, outsider: Member) -> None:
    """Of two tenants, one works in the first by name."""
    with tenant_transaction(owner.tenant.id):
        memberships.set_role(outsider.user, role=Role.VIEWER, actor="user:1")
    with platform_transaction():
        Tenant.objects.filter(id=outsider.tenant.id).update(name="Aachen")
    with opened(outsider, refused=True) as page:
        page.goto(shared_by(owner, CITIES))
        page.get_by_role("heading", name="This answer is in Acme").wait_for()
        looked_at(page, "an answer elsewhere")
        press(page, "Switch to Acme")
        page.get_by_text("Asked and shared by").wait_for()


def refused_visits(opened: Callable[..., Any], analyst: Member, outsider: Member, settings: Any) -> None:
    with opened(analyst, refused=True) as page:
        for address, heading in (("/keys", "Your role does not reach"), (f"/runs/{uuid4()}", "There is nothing here")):
            page.goto(address)
            page.get_by_role("heading", name=heading).wait_for()
            looked_at(page, heading)
    with opened(outsider, refused=True) as page:
        for address in ("/", "/conversations", "/catalogue", "/review"):
            page.goto(address)
            looked_at(page, f"{address} of a new tenant")
        page.goto("/")
        page.get_by_label("Ask a question about your data").fill("How many customers are there?")
        page.get_by_role("button", name="Ask", exact=True).click()
        page.get_by_text("This tenant has no data source yet").wait_for()
        looked_at(page, "a question that is refused")
        with platform_transaction():
            Tenant.objects.filter(id=outsider.tenant.id).update(is_suspended=True)
        page.goto("/")
        page.get_by_role("heading", name="Other is suspended").wait_for()
        looked_at(page, "suspended")
        with platform_transaction():
            Tenant.objects.filter(id=outsider.tenant.id).update(is_suspended=False)
    User.objects.create_user(username="nobody", password="nobody knows this")
    with opened(refused=True) as page:
        sign_in(page, "nobody", "nobody knows this")
        page.get_by_role("heading", name="You belong to no tenant yet").wait_for()
        looked_at(page, "no tenant")
    with opened(refused=True) as page:
        page.goto("/login")
        looked_at(page, "/login")
        page.context.clear_cookies()
        sign_in(page, "anna", "wrong", again=False)
        page.get_by_role("heading", name="This page was open for too long").wait_for()
        looked_at(page, "stale form")
        sign_in(page, "anna", "wrong")
        looked_at(page, "wrong password")
        settings.AXES_FAILURE_LIMIT = 2
        sign_in(page, "anna", "wrong")
        page.get_by_role("heading", name="Too many wrong passwords").wait_for()
        looked_at(page, "locked out")


def sign_in(page: Page, name: str, password: str, *, again: bool = True) -> None:
    """With `again`, the form is loaded first."""
    if again:
        page.goto("/login")
    page.get_by_label("User name").fill(name)
    page.get_by_label("Password").fill(password)
    press(page, "Sign in")
    page.wait_for_load_state()


def broken_page(opened: Callable[..., Any], owner: Member, admin_connection: Callable[[str], Any]) -> None:
    """What the application's role may not read any more breaks one page."""
    access = settings_of_django.DATABASES["default"]
    with closing(admin_connection(access["NAME"])) as connection:
        connection.execute(f"REVOKE SELECT ON nl2sql_conversation FROM {access['USER']}")
        try:
            with opened(owner, refused=True) as page:
                page.goto("/conversations")
                page.get_by_role("heading", name="Something went wrong on our side").wait_for()
                looked_at(page, "server error")
        finally:
            connection.execute(f"GRANT SELECT ON nl2sql_conversation TO {access['USER']}")
