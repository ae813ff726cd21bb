"""The pages beside the answer: who may open them, what they change, and that another tenant gets nothing of it."""

import re

import pytest

from nl2sql.curation import feedback
from nl2sql.curation.verified_staleness import explain_again
from nl2sql.models import Conversation, QueryState, Rating, Run, RunFeedback, VerifiedQuery
from schema_index.knowledge import knowledge
from schema_index.models import DataSource, FaqEntry, ReviewState
from tenants import api_keys
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError
from tenants.models import ApiKey
from tenants.roles import Role
from tests.asking import run_of
from tests.conftest import Member, NewMember
from tests.pages import of, words
from tests.stored import all_rows, only_row, save_faq

COUNT = "How many customers are there?"
CITIES = "How many customers are there in each city?"
NOBODYS = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def run(analyst: Member, shop: DataSource) -> Run:
    return run_of(analyst, CITIES)


@pytest.fixture
def owners_run(owner: Member, shop: DataSource) -> Run:
    return run_of(owner, CITIES)


# --- who may

FOR_CURATORS = ("/review", "/knowledge", "/knowledge/documents", "/knowledge/faq/new", "/knowledge/documents/new")
FOR_ADMINS = ("/keys", "/usage", "/sources/new", "/sources/shop/edit", "/members", "/policies", "/policies/shop/viewer")
FOR_ANALYSTS = ("/catalogue", "/catalogue/shop", "/catalogue/shop/changes", "/catalogue/shop/tables/main.orders")
FOR_ALL = ("/", "/conversations")


@pytest.mark.parametrize("role", list(Role))
def test_each_role_opens_its_pages_and_is_told_of_no_other(
    role: Role, shop: DataSource, analyst: Member, new_member: NewMember
) -> None:
    member = new_member("rolf", analyst.tenant, role)
    client = of(member)
    start = client.get("/").content.decode()
    assert ("New question" in start, "What you ask will be listed here." in start) == (True, True)
    may_manage, may_read = role in (Role.OWNER, Role.ADMIN), role is not Role.VIEWER
    expected = {
        **dict.fromkeys(FOR_ALL, 200),
        **dict.fromkeys(FOR_ANALYSTS, 200 if may_read else 403),
        **dict.fromkeys((*FOR_CURATORS, *FOR_ADMINS), 200 if may_manage else 403),
    }
    assert {address: client.get(address).status_code for address in expected} == expected
    for address in ("/catalogue", "/knowledge", "/review", "/policies", "/members", "/keys", "/usage"):
        assert (f'href="{address}"' in start) is (expected[address] == 200), address


def test_a_role_that_may_not_is_told_so_in_words(analyst: Member, shop: DataSource) -> None:
    response = of(analyst).get("/keys")
    assert "Your role does not reach this far You are Analyst of Acme." in words(response)


CHANGES = (
    *("runs/{run}/feedback", "runs/{run}/promote", "runs/{run}/stop", "runs/{run}/rerun"),
    *("conversations/{conversation}/rename", "conversations/{conversation}/delete"),
    *("review/queries/{query}", "review/faq/{faq}", "keys/{key}/revoke"),
)
READS = ("runs/{run}", "runs/{run}/rows", "runs/{run}/chart", "runs/{run}/chart.svg", "runs/{run}/answer.csv")
SENT = {"sql": "SELECT 1", "rating": "up", "title": "Mine", "decision": "reject"}


def test_an_outsider_and_a_colleague_find_nothing(
    run: Run, owner: Member, outsider: Member, analyst: Member, shop: DataSource
) -> None:
    with tenant_transaction(analyst.tenant.id):
        feedback.give(analyst.principal, run.id, rating=Rating.UP)
        faq = knowledge.save_faq(question="Q?", answer="A.", actor="user:1", review_state=ReviewState.PROPOSED)
        query = VerifiedQuery.objects.get()
        key = ApiKey.objects.first()
        assert key is not None
        ids = {"run": run.id, "conversation": run.conversation_id, "faq": faq.id, "query": query.id, "key": key.id}
    foreign = of(outsider)
    for address in READS:
        assert foreign.get("/" + address.format(**ids)).status_code == 404, address
        assert of(owner).get("/" + address.format(**ids)).status_code == 404, "a colleague's run"
    for address in CHANGES:
        assert foreign.post("/" + address.format(**ids), SENT).status_code == 404, address
    for address in (*FOR_ANALYSTS[1:], "/sources/shop/edit", "/catalogue/shop/sync-state"):
        assert foreign.get(address).status_code == 404, address
    assert foreign.post("/catalogue/shop/sync").status_code == 404
    assert foreign.post("/sources/shop/edit", {"name": "x"}).status_code == 404
    with tenant_transaction(analyst.tenant.id):
        assert RunFeedback.objects.get().rating == "up"
        assert Conversation.objects.get().title == CITIES
        assert VerifiedQuery.objects.get().state == QueryState.PROPOSED
        assert FaqEntry.objects.get().deleted_at is None
        assert not ApiKey.objects.exclude(revoked_at=None).exists()


# --- the answer's parts


def test_the_table_is_sorted_the_chart_switched_and_both_saved(run: Run, analyst: Member) -> None:
    client = of(analyst)
    rows = client.get(f"/runs/{run.id}/rows?sort=-1").content.decode()
    assert re.findall(r"<td>(\w+)</td>", rows) == ["Lyon", "Turin"]
    assert 'aria-sort="descending"' in rows
    assert "<html" not in rows

    chart = client.get(f"/runs/{run.id}/chart?chart=column").content.decode()
    assert re.search(r'chart=column[^>]*aria-current="true"', chart)
    saved = client.get(f"/runs/{run.id}/chart.svg?chart=column")
    assert saved["Content-Type"] == "image/svg+xml"
    assert saved["Content-Disposition"] == 'attachment; filename="chart.svg"'
    assert b"picture column" in saved.content
    csv = client.get(f"/runs/{run.id}/answer.csv")
    assert csv.content.decode().splitlines()[1:] in (['"Lyon","2"', '"Turin","1"'], ['"Turin","1"', '"Lyon","2"'])


def test_how_it_was_made_is_told_in_plain_words(run: Run, analyst: Member) -> None:
    shown = words(of(analyst).get(f"/runs/{run.id}"))
    for part in (
        *("Understood as", "Filters none: every row counts", "Catalogue version 1, read on", "Verified by nobody yet"),
        *("Only reads passed", "The result is complete passed", "Not looked at:", "no two tables are joined"),
        *("Tables read main.customers", "Label checked every check passed", "No language model is configured."),
    ):
        assert part in shown, part


def test_a_thumb_stands_with_its_reason_and_a_curator_verifies(owners_run: Run, owner: Member) -> None:
    client = of(owner)
    address = f"/runs/{owners_run.id}"
    asked = client.post(f"{address}/feedback", {"rating": "down"}, headers={"HX-Request": "true"})
    assert "What is wrong with it?" in words(asked)
    assert b"<html" not in asked.content
    client.post(f"{address}/feedback", {"rating": "down", "reason": "Rows are missing"})
    assert "You said: wrong – Rows are missing." in words(client.get(address))  # noqa: RUF001  as it is written
    client.post(f"{address}/feedback", {"rating": "up"})

    verified = client.post(f"{address}/promote", follow=True)

    assert "Verified. Whoever asks this question now gets this statement" in words(verified)
    query = only_row(VerifiedQuery, owner.tenant.id)
    explain_again(owner.tenant.id, query.id)
    again = run_of(owner, CITIES)
    shown = words(client.get(f"/runs/{again.id}"))
    assert "olive verified this statement on" in shown
    assert "Verify for everyone" not in shown


@pytest.mark.parametrize("sent", [{}, {"rating": "sideways"}, {"rating": "down", "words": "a\x1bb"}])
def test_what_is_no_rating_changes_nothing(run: Run, analyst: Member, sent: dict[str, str]) -> None:
    assert of(analyst).post(f"/runs/{run.id}/feedback", sent).status_code == 302
    assert all_rows(RunFeedback, analyst.tenant.id) == []


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        (" ", "Write a statement first."),
        ("SELECT '\x1b'", "Control characters are not text"),
        ("SELECT 1 " + "-" * 20_000, "That is too long."),
        ("DROP TABLE customers", "The statement did not pass the guard."),
    ],
)
def test_an_edited_statement_that_cannot_run_is_told_why(run: Run, analyst: Member, sql: str, told: str) -> None:
    assert told in words(of(analyst).post(f"/runs/{run.id}/rerun", {"sql": sql}, follow=True))


def test_an_edited_statement_is_a_run_of_its_own_and_marked(run: Run, analyst: Member) -> None:
    sent = {"sql": "SELECT city, COUNT(*) AS people FROM customers GROUP BY city"}
    shown = of(analyst).post(f"/runs/{run.id}/rerun", sent, follow=True)
    assert shown.redirect_chain[-1][0] != f"/runs/{run.id}"
    for part in ("edited SQL", "Edited by hand; reads main.customers.", "people"):
        assert part in words(shown), part


# --- conversations


def test_conversations_are_found_renamed_and_deleted(run: Run, analyst: Member) -> None:
    client = of(analyst)
    address = f"/conversations/{run.conversation_id}"
    assert client.get(address)["Location"] == f"/runs/{run.id}"
    client.post(f"{address}/rename", {"title": "Where they live"})
    assert "Where they live 1 question" in words(client.get("/conversations?q=each+city"))
    assert "Nothing found for “nonsense”" in words(client.get("/conversations?q=nonsense"))
    assert "A conversation needs a title." in words(client.post(f"{address}/rename", {"title": " "}, follow=True))

    assert "No conversation yet" in words(client.post(f"{address}/delete", follow=True))
    assert client.get(f"/runs/{run.id}").status_code == 404


# --- curators


def test_the_queue_says_why_and_takes_decisions(owners_run: Run, owner: Member, shop: DataSource) -> None:
    client = of(owner)
    client.post(f"/runs/{owners_run.id}/feedback", {"rating": "up", "words": "As in the report"})
    with tenant_transaction(owner.tenant.id):
        faq = knowledge.save_faq(
            question="What is a customer?", answer="Someone.", actor="user:1", review_state=ReviewState.PROPOSED
        )
        query = VerifiedQuery.objects.get()
    shown = words(client.get("/review"))
    assert "olive said that this answer is right. “As in the report”" in shown
    assert "What is a customer?" in shown
    assert "2 waiting" in shown

    refused = client.post(f"/review/queries/{query.id}", {"decision": "save", "question": "x", "sql": "DROP TABLE a"})
    assert "The statement was blocked" in words(client.get(refused["Location"]))
    sql = "SELECT COUNT(*) FROM customers"
    client.post(f"/review/queries/{query.id}", {"decision": "save", "question": COUNT, "sql": sql})
    client.post(f"/review/faq/{faq.id}", {"decision": "save", "question": "What is a customer?", "answer": "A buyer."})

    assert "Nothing waits for you" in words(client.get("/review"))
    with tenant_transaction(owner.tenant.id):
        query.refresh_from_db()
        faq.refresh_from_db()
        assert (query.state, query.question, query.sql) == (QueryState.VERIFIED, COUNT, sql)
        assert (faq.review_state, faq.answer) == (ReviewState.REVIEWED, "A buyer.")


def test_nothing_is_decided_by_a_word_that_is_no_decision(owner: Member, shop: DataSource) -> None:
    faq = save_faq(owner.tenant.id, "Q?", "A.", actor="user:1", review_state=ReviewState.PROPOSED)
    of(owner).post(f"/review/faq/{faq.id}", {"decision": "whatever"})
    assert of(owner).post(f"/review/faq/{NOBODYS}", {"decision": "accept"}).status_code == 404
    with tenant_transaction(owner.tenant.id):
        faq.refresh_from_db()
        assert faq.review_state == ReviewState.PROPOSED


# --- keys


def test_a_key_is_shown_once_works_and_is_revoked(owner: Member, shop: DataSource) -> None:
    client = of(owner)
    made = client.post("/keys", {"name": "Dashboard", "role": "viewer", "days": "30", "scopes": ["ask"]})
    text = re.search(r"qk_[0-9a-f]{12}_[\w-]{43}", made.content.decode())
    assert text is not None
    assert "no-store" in made["Cache-Control"]
    assert api_keys.authenticate(text[0]).permissions == frozenset({"ask"})
    assert text[0] not in client.get("/keys").content.decode()

    key = only_row(ApiKey, owner.tenant.id, name="Dashboard")
    assert "“Dashboard” is revoked" in words(client.post(f"/keys/{key.id}/revoke", follow=True))
    with pytest.raises(DomainError, match="not valid"):
        api_keys.authenticate(text[0])


def test_nobody_makes_a_key_that_may_more_than_they(analyst: Member, new_member: NewMember) -> None:
    admin = new_member("ada", analyst.tenant, Role.ADMIN)
    for sent in ({"role": "owner", "scopes": ["ask"]}, {"role": "viewer", "scopes": ["members:write"]}):
        refused = of(admin).post("/keys", {"name": "More", "days": "30", **sent})
        assert (refused.status_code, "Select a valid choice" in words(refused)) == (422, True)
    assert of(analyst).post("/keys", {"name": "x", "role": "viewer", "scopes": ["ask"]}).status_code == 403


# --- data sources


def test_a_source_that_cannot_be_reached_is_not_stored(owner: Member) -> None:
    client = of(owner)
    described = {"name": "Far", "dialect": "sqlite", "database": "nowhere.sqlite", "tls": "prefer", "action": "save"}
    refused = client.post("/sources/new", described)
    assert (refused.status_code, "It does not work yet." in words(refused)) == (422, True)
    assert 'value="nowhere.sqlite"' in refused.content.decode()
    without_host = client.post("/sources/new", {**described, "dialect": "postgres"})
    assert "Where is the server?" in words(without_host)
    assert all_rows(DataSource, owner.tenant.id) == []


def test_a_stored_password_goes_to_no_other_server(owner: Member, warehouse: DataSource) -> None:
    page = of(owner).get(f"/sources/{warehouse.slug}/edit").content.decode()
    assert "reader" not in re.findall(r'name="password"[^>]*', page)[0]
    fields = {
        **{"name": "W", "dialect": "postgres", "host": "db.example.com", "port": "5432", "tls": "prefer"},
        **{"database": warehouse.database, "username": warehouse.username, "action": "save"},
    }
    moved = of(owner).post(f"/sources/{warehouse.slug}/edit", fields)
    assert "Enter the password again: the stored one goes only to the server it was for." in words(moved)
    renamed = of(owner).post(
        f"/sources/{warehouse.slug}/edit", {**fields, "host": warehouse.host, "port": warehouse.port}
    )
    assert renamed["Location"] == f"/catalogue/{warehouse.slug}"


# --- the frame


def test_the_theme_is_kept_without_scripts_and_leads_nowhere_else(analyst: Member) -> None:
    client = of(analyst)
    back = client.post("/theme", {"theme": "dark"}, headers={"Referer": "http://testserver/conversations"})
    assert back["Location"] == "http://testserver/conversations"
    assert '<html lang="en" data-theme="dark">' in client.get("/").content.decode()
    away = client.post("/theme", {"theme": "nonsense"}, headers={"Referer": "https://example.com/"})
    assert away["Location"] == "/"
    assert 'data-theme="dark"' in client.get("/").content.decode()
