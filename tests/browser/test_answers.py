"""Asking as a person would: watching, stopping, looking at every part of the answer, mending it, vouching for it."""

import threading
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from config.embedded_worker import embedded_worker
from nl2sql.curation import verified_queries
from schema_index.models import DataSource
from tenants.context import tenant_transaction
from tests.browser.conftest import BROWSER_TESTS, Browse, press
from tests.conftest import Member
from tests.scripted_model import REFUSES, SLOW, Recorded, Reply, ScriptedModel, answers
from tests.waiting import wait_for

pytestmark = BROWSER_TESTS

CITIES = "How many customers are there in each city?"
IN_LYON = "SELECT city, COUNT(*) AS people FROM customers WHERE city = 'Lyon' GROUP BY city"


def ask(page: Page, question: str) -> None:
    """At whatever box the page has, by keyboard."""
    box = page.locator("textarea[name=question]")
    box.fill(question)
    box.press("Control+Enter")


def in_use(member: Member, source: DataSource) -> bool:
    """The database has explained what was verified."""
    with tenant_transaction(member.tenant.id):
        return verified_queries.in_use(source.id).exists()


def answered(page: Page, question: str) -> None:
    expect(page.get_by_role("heading", name=question, level=1)).to_be_visible()
    expect(page.locator("article.answer:not(.working)")).to_be_visible()


@pytest.fixture
def go(model: ScriptedModel) -> threading.Event:
    """The model answers when it is set, and not before."""
    word = threading.Event()

    def answer(_: Recorded) -> Reply:
        assert word.wait(10)
        return answers(sql="SELECT name FROM customers ORDER BY name", interpreted_as="Names of customers.")

    model.script([answer])
    return word


def test_steps_are_watched_and_the_answer_takes_their_place(
    browse: Browse, analyst: Member, shop: DataSource, go: threading.Event
) -> None:
    with browse(analyst) as page:
        page.goto("/")
        ask(page, "Who are our customers?")
        page.wait_for_url("**/runs/*")
        steps = page.get_by_role("listitem")
        expect(steps.filter(has_text="Finding the tables")).to_contain_text("ms")
        expect(steps.filter(has_text="Writing the SQL")).to_have_class("at")
        expect(page.locator("[data-elapsed]")).to_contain_text("s")
        expect(page.locator("[data-status]")).to_have_text("at work")
        page.reload()
        expect(steps.filter(has_text="Writing the SQL")).to_have_class("at")

        go.set()

        answered(page, "Who are our customers?")
        expect(page.get_by_role("cell", name="Cleo")).to_be_visible()
        expect(page.get_by_role("tab", name="Table")).to_have_attribute("aria-selected", "true")
        assert page.evaluate("document.activeElement.id") == "main"


def test_a_question_is_stopped_and_asked_again(
    browse: Browse, analyst: Member, shop: DataSource, model: ScriptedModel
) -> None:
    model.script([SLOW, answers(sql="SELECT name FROM customers")])
    with browse(analyst) as page:
        page.goto("/")
        ask(page, "Who are our customers?")
        expect(page.locator("li.at")).to_contain_text("Writing the SQL")
        press(page, "Stop")

        expect(page.get_by_text("You stopped this question.")).to_be_visible()
        assert model.hung_up.wait(5)
        press(page, "Ask again")
        expect(page.get_by_role("cell", name="Cleo")).to_be_visible()


def test_every_part_of_an_answer_is_used(browse: Browse, owner: Member, shop: DataSource, tmp_path: Path) -> None:
    with browse(owner) as page:
        page.goto("/")
        page.get_by_role("button", name="How many customers").first.wait_for()
        ask(page, CITIES)
        answered(page, CITIES)

        page.get_by_role("link", name="number_of_customers").click()
        expect(page.get_by_role("columnheader", name="number_of_customers")).to_have_attribute(
            "aria-sort", "descending"
        )
        expect(page.locator("tbody tr").first).to_contain_text("Lyon")
        with page.expect_download() as saved:
            page.get_by_role("link", name="CSV").click()
        assert Path(saved.value.path()).read_text(encoding="utf-8").startswith('"city",')

        page.get_by_role("tab", name="Chart").click()
        page.get_by_role("link", name="Columns").click()
        expect(page.locator("svg.column")).to_be_visible()
        with page.expect_download() as saved:
            press(page, "PNG")
        assert Path(saved.value.path()).read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"

        page.get_by_role("tab", name="SQL").click()
        page.get_by_text("Edit and run again").click()
        page.get_by_label("Statement", exact=True).fill("DELETE FROM customers")
        press(page, "Run the edited SQL")
        expect(page.get_by_text("did not pass the guard")).to_be_visible()
        page.get_by_label("Statement", exact=True).fill(IN_LYON)
        press(page, "Run the edited SQL")
        expect(page.get_by_text("edited SQL", exact=True)).to_be_visible()
        expect(page.get_by_role("cell", name="Lyon")).to_be_visible()

        page.get_by_role("tab", name="SQL").click()
        page.get_by_role("link", name="main.customers").click()
        expect(page.get_by_role("heading", name="main.customers")).to_be_visible()
        expect(page.get_by_role("link", name="main.orders")).to_be_visible()


def test_an_answer_is_rated_verified_and_reused_with_its_mark(
    browse: Browse, owner: Member, analyst: Member, shop: DataSource
) -> None:
    with browse(analyst) as page:
        page.goto("/")
        ask(page, CITIES)
        press(page, "Wrong")
        press(page, "Rows are missing")
        expect(page.get_by_text("You said: wrong")).to_contain_text("Rows are missing")
        press(page, "Right")
        expect(page.get_by_text("You said: right.")).to_be_visible()
        expect(page.get_by_role("button", name="Verify for everyone")).to_have_count(0)
    with browse(owner) as page, embedded_worker():
        page.goto("/review")
        expect(page.get_by_text("Anna said that this answer is right")).to_be_visible()
        press(page, "Verify")
        expect(page.get_by_text("Nothing waits for you")).to_be_visible()
        wait_for(lambda: in_use(owner, shop))
    with browse(analyst) as page:
        page.goto("/")
        press(page, f"{CITIES} verified")
        expect(page.get_by_text("olive verified this statement on")).to_be_visible()
        expect(page.locator("article .tag.verified").first).to_be_visible()


def test_a_question_back_is_answered_and_a_follow_up_says_what_changed(
    browse: Browse, analyst: Member, shop: DataSource, model: ScriptedModel
) -> None:
    model.script(
        [
            answers(question="Which customers?", choices=["all of them", "those in Lyon"]),
            answers(sql="SELECT name FROM customers WHERE city = 'Lyon'", interpreted_as="In Lyon."),
        ]
    )
    with browse(analyst) as page:
        page.goto("/")
        ask(page, "Who are they?")
        press(page, "those in Lyon")
        expect(page.get_by_role("cell", name="Cleo")).to_be_visible()
        expect(page.get_by_role("link", name="Who are they?").first).to_be_visible()
        expect(page.get_by_label("New topic")).not_to_be_checked()
        page.get_by_role("link", name="New question").click()
        expect(page.get_by_role("heading", name="What would you like to know?")).to_be_visible()


def test_a_follow_up_shows_what_it_changed(
    browse: Browse, analyst: Member, shop: DataSource, model: ScriptedModel
) -> None:
    paid = "SELECT COUNT(*) AS orders FROM orders WHERE status = 'paid'"
    lyon = paid.replace("WHERE", "JOIN customers ON customers.id = orders.customer_id WHERE city = 'Lyon' AND")
    model.script([answers(sql=paid), answers(sql=lyon, follow_up=1), answers(sql=paid)])
    with browse(analyst) as page:
        page.goto("/")
        ask(page, "How many orders were paid?")
        answered(page, "How many orders were paid?")
        expect(page.locator(".difference")).to_have_count(0)

        ask(page, "and in Lyon?")

        answered(page, "and in Lyon?")
        changed = page.locator(".difference")
        expect(changed).to_contain_text("Changed from the question before")
        expect(changed.get_by_role("listitem")).to_have_text(
            ["table added: main.customers", "filter added: customers.city is “Lyon”"]
        )
        page.get_by_label("New topic").check()
        ask(page, "How many orders were paid?")
        answered(page, "How many orders were paid?")
        expect(page.locator(".difference")).to_have_count(0)


def test_a_refusal_arrives_while_it_is_watched(
    browse: Browse, analyst: Member, shop: DataSource, model: ScriptedModel
) -> None:
    word = threading.Event()

    def refuse(_: Recorded) -> Reply:
        assert word.wait(10)
        return REFUSES

    model.script([refuse])
    with browse(analyst) as page:
        page.goto("/")
        ask(page, "What was the weather when most was ordered?")
        expect(page.locator("li.at")).to_contain_text("Writing the SQL")

        word.set()

        expect(page.get_by_text("There is no weather in this database.")).to_be_visible()
        expect(page.locator("mark")).to_have_text("weather")
        expect(page.get_by_role("heading", name="What is there instead")).to_be_visible()
        expect(page.get_by_role("tab")).to_have_count(0)
        assert page.evaluate("document.activeElement.id") == "main"
        page.get_by_role("link", name="catalogue", exact=True).click()
        expect(page.get_by_role("heading", name="Shop")).to_be_visible()


def test_an_answer_is_verified_for_everyone_where_it_stands(browse: Browse, owner: Member, shop: DataSource) -> None:
    with browse(owner) as page, embedded_worker():
        page.goto("/")
        ask(page, CITIES)
        press(page, "Verify for everyone")
        expect(page.get_by_text("Whoever asks this question now gets this statement")).to_be_visible()
        wait_for(lambda: in_use(owner, shop))
        page.reload()
        expect(page.get_by_text("verified for everyone", exact=True)).to_be_visible()


def test_without_scripts_an_answer_is_sorted_charted_rated_and_edited(
    browse: Browse, owner: Member, shop: DataSource
) -> None:
    with browse(owner, scripts=False) as page:
        page.goto("/")
        page.locator("textarea[name=question]").fill(CITIES)
        page.get_by_role("button", name="Ask", exact=True).click()
        page.get_by_role("link", name="number_of_customers").click()
        expect(page.get_by_role("columnheader", name="number_of_customers")).to_have_attribute(
            "aria-sort", "descending"
        )
        page.get_by_role("link", name="Columns").click()
        expect(page.locator("svg.column")).to_be_visible()
        press(page, "Right")
        expect(page.get_by_text("You said: right.")).to_be_visible()
        page.get_by_text("Edit and run again").click()
        page.get_by_label("Statement", exact=True).fill(IN_LYON)
        press(page, "Run the edited SQL")
        expect(page.get_by_text("edited SQL", exact=True)).to_be_visible()
        press(page, "Theme: dark")
        expect(page.locator("html[data-theme=dark]")).to_be_attached()
