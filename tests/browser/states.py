"""What every screen can be in besides its usual state, made for whoever looks at all of them; and which templates are
the page's, so that a screen that nobody looks at is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from django.apps import apps
from django.test.signals import template_rendered
from django.utils import timezone
from pydantic import SecretStr

from nl2sql import runs
from nl2sql.models import Conversation, Run
from nl2sql.running.cancel import cancel
from nl2sql.running.shared_run import share
from nl2sql.running.start import start
from nl2sql.runs import AskRequest
from schema_index.models import DataSource, ProposedSchema, SyncRun
from schema_index.syncing import sync_runs
from tenants.context import tenant_transaction
from tests.conftest import Member
from tests.scripted_model import BROKEN, CLARIFIES, Reply, ScriptedModel, answers

PAID = "SELECT status, COUNT(*) AS orders FROM orders WHERE status = 'paid' GROUP BY status"
IN_LYON = PAID.replace("WHERE", "JOIN customers ON customers.id = orders.customer_id WHERE city = 'Lyon' AND")
MANY = "SELECT a.id FROM orders AS a JOIN orders AS b ON a.id <> b.id JOIN orders AS c ON b.id <> c.id"
APPS = ("nl2sql", "schema_index", "tenants")
ELSEWHERE = ("admin/", "embed/")
"""Django's own screens, and the box in pages of others, which test_embed looks at."""


def templates_of_the_page() -> set[str]:
    folders = [Path(apps.get_app_config(name).path) / "templates" for name in APPS]
    names = {str(file.relative_to(folder)) for folder in folders for file in folder.rglob("*.html")}
    return {name for name in names if not name.startswith(ELSEWHERE)}


@contextmanager
def templates_noted() -> Iterator[set[str]]:
    """The names of all templates that are rendered, parts of others too."""
    noted: set[str] = set()

    def note(sender: Any, template: Any, **_: Any) -> None:
        noted.add(template.name)

    template_rendered.connect(note)
    try:
        yield noted
    finally:
        template_rendered.disconnect(note)


@contextmanager
def modelled(settings: Any, *replies: Reply) -> Iterator[None]:
    """The installation has a model that answers so, one after the other."""
    before = settings.ENVIRONMENT
    with ScriptedModel() as scripted:
        scripted.script(replies)
        named = {"llm_base_url": scripted.url, "llm_api_key": SecretStr("sk-of-the-tests"), "llm_model": "scripted"}
        settings.ENVIRONMENT = before.model_copy(update={**named, "llm_max_attempts": 1, "answer_cache_size": 0})
        settings.ENVIRONMENT.__dict__.pop("model_configured", None)
        yield
    settings.ENVIRONMENT = before


def questions(owner: Member, settings: Any) -> dict[str, str]:
    """Runs in every state, by what they show, with the address of each."""

    def ask(question: str, **fields: Any) -> Run:
        return runs.ask(owner.principal, AskRequest(question=question, **fields))

    def left(question: str) -> Run:
        return start(owner.principal, AskRequest(question=question), send=lambda _: None).run

    found = {
        "refusal": ask("What is the weather on Mars?"),
        "number": ask("How many customers are there?"),
        "edited": ask("Who?", given_sql="SELECT name, city FROM customers"),
        "cut": ask("Which orders?", given_sql=MANY, max_rows=20),
        "nothing found": ask("Who?", given_sql="SELECT name FROM customers WHERE id > 100"),
        "not run": ask("How many orders are there?", mode="sql"),
        "blocked": ask("Who?", given_sql="DELETE FROM customers"),
        "at work": left("How many orders are there?"),
        "stopped": cancel(owner.principal, left("How many orders are there?").id),
    }
    with modelled(settings, CLARIFIES, BROKEN, answers(sql=PAID), answers(sql=IN_LYON, follow_up=1)):
        found["clarification"] = ask("What is our revenue?")
        found["failure"] = ask("Who are our customers?")
        found["written by a model"] = ask("How many orders were paid?")
        found["follow-up"] = ask("and in Lyon?", conversation_id=found["written by a model"].conversation_id)
    assert [found["clarification"].status, found["failure"].status] == ["needs_clarification", "failed"]
    assert found["follow-up"].reply["follow_up"]["difference"]
    return {name: f"/runs/{run.id}" for name, run in found.items()}


def shared_by(member: Member, question: str) -> str:
    """The address of an answer that colleagues may open."""
    run = runs.ask(member.principal, AskRequest(question=question))
    return f"/runs/{share(member.principal, run.id).id}"


def leave_pages_of_conversations(owner: Member) -> None:
    with tenant_transaction(owner.tenant.id):
        Conversation.objects.bulk_create(
            Conversation(tenant_id=owner.tenant.id, actor=owner.principal.actor, title=f"Question {n}")
            for n in range(31)
        )


@contextmanager
def being_read(source: DataSource) -> Iterator[None]:
    with tenant_transaction(source.tenant_id):
        run = sync_runs.request(source, actor="user:1", send=lambda *_: None)
        SyncRun.objects.filter(id=run.id).update(total=10, done=4, current="main.orders")
    yield
    with tenant_transaction(source.tenant_id):
        SyncRun.objects.filter(id=run.id).update(state="done", ended_at=timezone.now())


@contextmanager
def not_read(source: DataSource) -> Iterator[None]:
    """The last sync failed, and before it a change was found that somebody has to accept."""
    with tenant_transaction(source.tenant_id):
        DataSource.objects.update(sync_error="The database could not be reached.")
        ProposedSchema.objects.create(
            tenant_id=source.tenant_id,
            source=source,
            fingerprint="0" * 64,
            changes=["column removed: main.orders.total"],
            change_count=1,
            broken=[{"id": str(UUID(int=0)), "subject": "What was paid?", "reason": "It names a column that is gone."}],
            broken_count=1,
        )
    yield
    with tenant_transaction(source.tenant_id):
        DataSource.objects.update(sync_error="")
        ProposedSchema.objects.all().delete()
