"""A tenant admin who begins with nothing: connects a database, watches it being read, and asks."""

import sqlite3
from contextlib import closing

from playwright.sync_api import expect

from config.embedded_worker import embedded_worker
from tests.browser.conftest import BROWSER_TESTS, Browse
from tests.conftest import SHOP, Member, database_file

pytestmark = BROWSER_TESTS


def test_from_nothing_to_the_first_answer(browse: Browse, owner: Member) -> None:
    with closing(sqlite3.connect(database_file(owner.tenant, "little"))) as connection:
        connection.executescript(SHOP)
    with embedded_worker(), browse(owner) as page:
        page.goto("/")
        page.get_by_role("link", name="Connect a data source").click()
        page.get_by_label("Name", exact=True).fill("Little shop")
        page.get_by_label("SQLite").check()
        expect(page.get_by_label("Host")).to_be_hidden()
        page.get_by_label("Database", exact=True).fill("litle.sqlite")
        page.get_by_role("button", name="Test connection").click()
        expect(page.get_by_text("It does not work yet.")).to_be_visible()
        page.get_by_label("Database", exact=True).fill("little.sqlite")
        page.get_by_role("button", name="Test connection").click()
        expect(page.get_by_text("The connection works")).to_be_visible()
        page.get_by_role("button", name="Connect and read its tables").click()

        expect(page.get_by_role("link", name="main.customers")).to_be_visible()
        page.get_by_role("link", name="Ask the first question").click()
        page.get_by_role("button", name="How many customers are there?").click()
        expect(page.locator(".number-answer")).to_have_text("3 Number of customers")
