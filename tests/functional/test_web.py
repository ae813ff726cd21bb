"""The page in a browser without JavaScript: sign in, ask, see the answer with its evidence, and nothing foreign."""

import html
import json
import re
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

from nl2sql import runs
from nl2sql.models import Run
from schema_index.models import DataSource
from tenants import memberships
from tenants.context import tenant_transaction
from tenants.models import Membership, Tenant, User
from tenants.roles import Role
from tests.asking import run_of
from tests.conftest import Configure, Member, NewSource, sync_and_embed
from tests.pages import words
from tests.scripted_model import CLARIFIES, WRONG_KEY, ScriptedModel, answers
from tests.stored import all_rows, change_tenant

COUNT = "How many customers are there?"
NOBODYS = "00000000-0000-4000-8000-000000000000"
SCRIPT = "<script>alert(1)</script>"


class Browser:
    """Django's client with CSRF enforced, filling in the forms of the page it looks at."""

    def __init__(self) -> None:
        self.client = Client(enforce_csrf_checks=True)
        self.page: Any = None

    def get(self, address: str) -> str:
        self.page = self.client.get(address, follow=True)
        return self.text

    def submit(self, address: str, **fields: str) -> str:
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.text)
        assert token is not None, "the page has no form"
        self.page = self.client.post(address, {"csrfmiddlewaretoken": token[1], **fields}, follow=True)
        return self.text

    @property
    def text(self) -> str:
        return str(self.page.content.decode())

    @property
    def shown(self) -> str:
        """The words on the page, without markup."""
        return words(self.page)

    @property
    def status(self) -> int:
        return int(self.page.status_code)


@pytest.fixture
def browser(db: None) -> Browser:
    return Browser()


@pytest.fixture
def signed_in(browser: Browser, analyst: Member) -> Browser:
    browser.client.force_login(analyst.user)
    browser.get("/")
    return browser


def test_a_person_signs_in_asks_and_sees_the_answer(browser: Browser, analyst: Member, shop: DataSource) -> None:
    browser.get("/")
    assert browser.page.redirect_chain == [("/login?next=/", 302)]

    browser.submit("/login?next=/", username="anna", password="anna knows this", next="/")
    assert "What you ask will be listed here." in browser.shown
    browser.submit("/", question=COUNT)

    assert browser.status == 200
    assert re.fullmatch(r"/runs/[0-9a-f-]{36}", browser.page.redirect_chain[-1][0])
    for part in (COUNT, "COUNT(*)", "main.customers", "main.orders", "1 row.", "checked", "How it was made", "Acme"):
        assert part in browser.shown, part
    assert re.search(r'<td class="number">3</td>', browser.text)
    assert COUNT in browser.get("/")


def test_a_wrong_password_is_told_and_keeps_nobody_signed_in(browser: Browser, analyst: Member) -> None:
    browser.get("/login")
    browser.submit("/login", username="anna", password="guess")

    assert "Please enter a correct username and password" in browser.shown
    browser.get("/")
    assert browser.page.redirect_chain[0][0] == "/login?next=/"


def test_signing_in_does_not_lead_elsewhere(browser: Browser, analyst: Member) -> None:
    browser.get("/login")
    browser.submit("/login", username="anna", password="anna knows this", next="https://example.com/")

    assert browser.page.redirect_chain == [("/", 302)]


def test_signing_out_ends_the_session(signed_in: Browser) -> None:
    signed_in.submit("/logout")
    assert signed_in.get("/") != ""
    assert signed_in.page.redirect_chain[0][0] == "/login?next=/"


@pytest.mark.parametrize("address", ["/", f"/runs/{NOBODYS}", "/tenant", "/admin/"])
def test_nobody_sees_a_page_without_signing_in(browser: Browser, address: str) -> None:
    response = browser.client.get(address)

    assert response.status_code == 302
    assert "/login" in response["Location"]


def test_a_post_without_its_token_changes_nothing(signed_in: Browser, analyst: Member, shop: DataSource) -> None:
    refused = signed_in.client.post("/", {"question": COUNT})
    assert (refused.status_code, "This page was open for too long" in refused.content.decode()) == (403, True)
    assert _runs(analyst.tenant) == []


def test_a_run_at_work_says_so_and_one_left_behind_that_it_failed(
    signed_in: Browser, analyst: Member, shop: DataSource
) -> None:
    run = run_of(analyst, COUNT)
    page = runs.reply_of(run)["links"]["page"]
    with tenant_transaction(analyst.tenant.id):
        Run.objects.update(status="running", completed_at=None, reply={}, sql="")
    signed_in.get(page)
    assert (signed_in.status, "Still at work." in signed_in.shown) == (200, True)

    with tenant_transaction(analyst.tenant.id):
        Run.objects.update(lease_until=run.created_at)
    signed_in.get(page)
    assert (signed_in.status, "The run was interrupted:" in signed_in.shown) == (200, True)


def test_a_refusal_names_the_words_without_a_place(signed_in: Browser, shop: DataSource) -> None:
    signed_in.submit("/", question="What is the weather on Mars?")

    assert "<mark>weather</mark>" in signed_in.text
    assert re.search("What is there instead (orders customers|customers orders)", signed_in.shown)
    assert "What was considered: 2 tables" in signed_in.shown


def test_a_failed_run_says_what_and_under_which_id(signed_in: Browser, shop: DataSource, model: ScriptedModel) -> None:
    model.script([WRONG_KEY])

    signed_in.submit("/", question=COUNT)

    assert "check LLM_API_KEY" in signed_in.shown
    assert "Error llm_unavailable · request" in signed_in.shown
    assert signed_in.page["X-Request-ID"]


def test_a_question_back_is_shown_with_its_choices(signed_in: Browser, shop: DataSource, model: ScriptedModel) -> None:
    model.script([CLARIFIES])

    signed_in.submit("/", question="What is our revenue?")

    assert "Gross or net revenue?" in signed_in.shown
    assert '<button name="choice" value="gross">' in signed_in.text
    model.script([answers(sql="SELECT SUM(total) AS net FROM orders")])
    signed_in.submit(f"{signed_in.page.request['PATH_INFO']}/choice", choice="net", remember="1")
    assert "waits as a definition" in signed_in.shown
    assert "Chosen: net" in model.requests[-1].text


@pytest.mark.parametrize(
    ("question", "told"),
    [
        ("", "Write a question first."),
        ("   ", "Write a question first."),
        ("x" * 2_001, "A question has at most 2,000 characters."),
        ("How many\x1b orders?", "Control characters are not text: remove them."),
        ("How many\x00 orders?", "Null characters are not allowed."),
    ],
)
def test_what_is_no_question_is_told_at_the_form(
    signed_in: Browser, analyst: Member, shop: DataSource, question: str, told: str
) -> None:
    signed_in.submit("/", question=question)

    assert (signed_in.status, told in signed_in.shown) == (400, True)
    assert _runs(analyst.tenant) == []


def test_too_many_questions_are_told_at_the_form(
    signed_in: Browser, analyst: Member, shop: DataSource, change_environment: Configure
) -> None:
    change_environment(questions_per_minute=1)
    run_of(analyst, COUNT)

    signed_in.submit("/", question=COUNT)

    assert (signed_in.status, "Too many questions: one caller may ask 1 a minute." in signed_in.shown) == (429, True)
    assert len(_runs(analyst.tenant)) == 1


def test_a_tenant_without_a_source_is_told_at_the_form(signed_in: Browser) -> None:
    signed_in.submit("/", question=COUNT)

    assert "This tenant has no data source yet" in signed_in.shown


def test_one_of_several_sources_is_chosen(
    signed_in: Browser, analyst: Member, shop: DataSource, new_sqlite_source: NewSource
) -> None:
    new_sqlite_source(analyst.tenant, slug="archive")
    signed_in.get("/")
    assert '<option value="archive">Archive</option>' in signed_in.text

    signed_in.submit("/", question=COUNT, data_source="shop")
    assert '<option value="shop" selected>Shop</option>' in signed_in.text
    signed_in.submit("/", question=COUNT, data_source="foreign")

    assert (signed_in.status, [run.source_slug for run in _runs(analyst.tenant)]) == (400, ["shop"])


# --- tenants


def test_a_person_switches_between_their_own_tenants_and_to_no_other(
    signed_in: Browser, analyst: Member, outsider: Member, shop: DataSource
) -> None:
    foreign = outsider.tenant
    signed_in.submit("/tenant", tenant=str(foreign.id))
    assert "Other" not in signed_in.shown
    with tenant_transaction(foreign.id):
        memberships.set_role(analyst.user, role=Role.VIEWER, actor="system:test")

    signed_in.submit("/tenant", tenant=str(foreign.id))
    assert f'<option value="{foreign.id}" selected>Other</option>' in signed_in.text
    signed_in.submit("/", question=COUNT)
    assert "This tenant has no data source yet" in signed_in.shown, "the shop is the first tenant's"

    signed_in.submit("/tenant", tenant=str(analyst.tenant.id))
    signed_in.submit("/", question=COUNT)
    assert [run.tenant_id for run in _runs(analyst.tenant)] == [analyst.tenant.id]
    with tenant_transaction(foreign.id):
        Membership.objects.filter(user=analyst.user).delete()
    signed_in.submit("/tenant", tenant=str(foreign.id))
    assert "Other" not in signed_in.shown


@pytest.mark.parametrize("chosen", ["", "nonsense", NOBODYS])
def test_a_tenant_that_does_not_exist_cannot_be_chosen(signed_in: Browser, chosen: str) -> None:
    signed_in.submit("/tenant", tenant=chosen)

    assert (signed_in.status, "Acme" in signed_in.shown) == (200, True)


def test_foreign_runs_and_those_of_colleagues_do_not_exist(
    analyst: Member, owner: Member, outsider: Member, shop: DataSource
) -> None:
    run = run_of(analyst, COUNT)

    for member in (outsider, owner):
        browser = Browser()
        browser.client.force_login(member.user)
        browser.get(f"/runs/{run.id}")
        found = (browser.status, browser.shown)
        browser.get(f"/runs/{NOBODYS}")
        assert found == (browser.status, browser.shown)
        assert (browser.status, COUNT in browser.text) == (404, False)


def test_a_person_of_no_tenant_is_told_so(browser: Browser) -> None:
    browser.client.force_login(User.objects.create_user(username="nemo", password="x"))

    browser.get("/")

    assert (browser.status, "You belong to no tenant yet" in browser.shown) == (403, True)


def test_a_suspended_tenant_is_told_so_and_can_be_left(signed_in: Browser, analyst: Member, outsider: Member) -> None:
    with tenant_transaction(outsider.tenant.id):
        memberships.set_role(analyst.user, role=Role.VIEWER, actor="system:test")
    change_tenant(analyst.tenant, is_suspended=True)

    signed_in.get("/")
    assert (signed_in.status, "Acme is suspended" in signed_in.shown) == (403, True)
    signed_in.submit("/tenant", tenant=str(outsider.tenant.id))

    assert (signed_in.status, "What would you like to know?" in signed_in.shown) == (200, True)


# --- what is shown is text


def test_questions_names_and_cells_are_shown_and_never_run(
    signed_in: Browser, analyst: Member, new_sqlite_source: NewSource, model: ScriptedModel
) -> None:
    sync_and_embed(
        new_sqlite_source(
            analyst.tenant,
            script=f"CREATE TABLE notes (id INTEGER, \"{SCRIPT}\" TEXT); INSERT INTO notes VALUES (1, '{SCRIPT}')",
            index_values=False,
        )
    )
    model.script([answers(sql=f'SELECT "{SCRIPT}" FROM notes', interpreted_as=SCRIPT, assumptions=[SCRIPT])])

    signed_in.submit("/", question=f"Which notes say {SCRIPT}?")

    assert signed_in.status == 200
    assert SCRIPT not in signed_in.text
    escaped = html.escape(SCRIPT)
    assert f"<td>{escaped}</td>" in signed_in.text
    assert re.search(rf"<th [^>]+><a [^>]+>{re.escape(escaped)}</a></th>", signed_in.text)
    assert f"<li>{escaped}</li>" in signed_in.text
    assert signed_in.text.count(escaped) >= 6
    assert SCRIPT not in signed_in.get("/"), "the list of questions"


def test_cells_that_are_no_text_are_shown_as_json(
    signed_in: Browser, warehouse: DataSource, model: ScriptedModel
) -> None:
    model.script([answers(sql="SELECT price > 1 AS dear, price, added_at FROM products ORDER BY id LIMIT 2")])

    signed_in.submit("/", question="What is dear?")

    assert '<td>false</td><td class="number">0.10</td><td>2026-01-05T10:00:00+00:00</td>' in signed_in.text
    assert "true" not in signed_in.text.split("<tbody>")[1].split("</tbody>")[0]


def test_long_results_are_cut_on_the_page_and_say_so(
    signed_in: Browser, analyst: Member, new_sqlite_source: NewSource
) -> None:
    rows = ", ".join(f"({n}, NULL)" for n in range(250))
    sync_and_embed(
        new_sqlite_source(
            analyst.tenant,
            script=f"CREATE TABLE parts (id INTEGER, colour TEXT); INSERT INTO parts VALUES {rows}",
            index_values=False,
        )
    )

    signed_in.submit("/", question="List the colour of parts")

    assert "Rows 1–50 of 250 rows." in signed_in.shown  # noqa: RUF001  as the page writes it
    assert signed_in.text.count('<span class="null">null</span>') == 50
    run = _runs(analyst.tenant)[0]
    signed_in.get(f"/runs/{run.id}?page=5&sort=-0")
    assert "Rows 201–250 of 250 rows." in signed_in.shown  # noqa: RUF001


# --- what every page sends


def test_every_page_forbids_what_it_does_not_use(signed_in: Browser, analyst: Member, shop: DataSource) -> None:
    run = run_of(analyst, COUNT)
    superuser = User.objects.create_superuser(username="root", password="x")
    root = Client()
    root.force_login(superuser)

    pages = [signed_in.client.get(address) for address in ("/", f"/runs/{run.id}", "/login", "/nothing")]
    pages += [root.get("/admin/")]
    for response in pages:
        policy = response["Content-Security-Policy"]
        assert "default-src 'self'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Referrer-Policy"] == "same-origin"
        assert re.search(r"<script(?![^>]*\bsrc=)[^>]*>", response.content.decode()) is None
        assert re.search(r"\son\w+=|\sstyle=", response.content.decode()) is None
        assert re.findall(r'(?:src|href)="(?:https?:)?//([^"/]+)', response.content.decode()) in (
            [],
            ["127.0.0.1:8000"],
        )
    assert [response.status_code for response in pages] == [200, 200, 200, 404, 200]


def test_a_page_that_fails_says_so_without_a_stack(analyst: Member, shop: DataSource) -> None:
    run = run_of(analyst, COUNT)
    with tenant_transaction(analyst.tenant.id):
        Run.objects.update(
            reply={**run.reply, "sql": {**run.reply["sql"], "text": "(("}}
        )  # nothing we store: a bug, as far as the page can tell
    client = Client(raise_request_exception=False)
    client.force_login(analyst.user)

    page = client.get(f"/runs/{run.id}")

    assert page.status_code == 500
    assert "Something went wrong on our side" in page.content.decode()
    assert "Traceback" not in page.content.decode()
    assert page["X-Request-ID"] in page.content.decode()


def test_health_says_that_the_database_is_reached(browser: Browser) -> None:
    assert json.loads(browser.get("/health/live")) == {"status": "ok"}
    ready = json.loads(browser.get("/health/ready"))
    assert (ready["status"], ready["database"]) == ("ok", "ok")


def test_the_page_names_who_writes_the_sql(signed_in: Browser, model: ScriptedModel) -> None:
    assert settings.ENVIRONMENT.llm_model == "scripted"
    assert "SQL is written by the language model scripted" in Browser.get(signed_in, "/").replace(
        "<strong>", ""
    ).replace("</strong>", "")


def _runs(tenant: Tenant) -> list[Run]:
    return all_rows(Run, tenant.id)
