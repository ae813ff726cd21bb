"""A tenant admin who begins with nothing: connects a database, watches it being read, and asks."""

import sqlite3
from contextlib import closing

from playwright.sync_api import expect

from config.embedded_worker import embedded_worker
from schema_index.models import DataSource
from tests.browser.conftest import BROWSER_TESTS, Browse, press
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
        press(page, "Test connection")
        expect(page.get_by_text("It does not work yet.")).to_be_visible()
        page.get_by_label("Database", exact=True).fill("little.sqlite")
        press(page, "Test connection")
        expect(page.get_by_text("The connection works")).to_be_visible()
        press(page, "Connect and read its tables")

        expect(page.get_by_role("link", name="main.customers")).to_be_visible()
        page.get_by_role("link", name="Ask the first question").click()
        press(page, "How many customers are there?")
        expect(page.locator(".number-answer")).to_have_text("3 Number of customers")


def test_the_catalogue_is_searched_followed_and_read_again(browse: Browse, owner: Member, shop: DataSource) -> None:
    with embedded_worker(), browse(owner) as page:
        page.goto("/")
        page.get_by_role("link", name="Catalogue").click()
        page.get_by_role("link", name="Shop").click()
        page.get_by_role("searchbox").fill("email")
        expect(page.locator("#tables a.grow")).to_have_count(1)
        page.get_by_role("link", name="main.customers").click()
        expect(page.get_by_role("row", name="email")).to_be_visible()
        page.locator(".neighbours a", has_text="main.orders").click()
        expect(page.get_by_role("heading", name="main.orders")).to_be_visible()
        expect(page.get_by_role("row", name="customer_id")).to_contain_text("main.customers")

        with closing(sqlite3.connect(database_file(owner.tenant, "shop"))) as connection:
            connection.executescript("ALTER TABLE orders ADD COLUMN coupon TEXT")
        page.get_by_role("link", name="Shop").click()
        press(page, "Sync now")
        expect(page.get_by_text("version 2")).to_be_visible()
        page.get_by_role("link", name="Changes").click()

        expect(page.get_by_text("main.orders.coupon")).to_be_visible()
