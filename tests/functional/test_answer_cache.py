"""The same question in the same state is written once; whatever changes has it written anew."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from nl2sql.curation import feedback
from nl2sql.curation.verified_staleness import explain_again
from nl2sql.models import CachedAnswer, Rating
from nl2sql.tasks import sweep_expired
from schema_index.embedding.embed_chunks import embed_pending
from schema_index.embedding.minilm import MiniLMEmbedder
from schema_index.knowledge import knowledge
from schema_index.models import DataSource, FaqEntry
from schema_index.models.access_policy import EVERYONE
from tenants.context import tenant_transaction
from tests.asking import run_of
from tests.conftest import Configure, Member, NewSource, sync_and_embed
from tests.scripted_model import CLARIFIES, REFUSES, ScriptedModel, answers
from tests.stored import alter, only_row, save_faq, set_policy
from tests.verified import vouch

QUESTION = "Which customers live in Lyon?"
LYON = answers(sql="SELECT name FROM customers WHERE city = 'Lyon'", interpreted_as="Names in Lyon")


@pytest.fixture(autouse=True)
def with_cache(change_environment: Configure, model: ScriptedModel) -> None:
    change_environment(answer_cache_size=3)
    model.default = LYON


@pytest.fixture
def calls(model: ScriptedModel) -> Callable[..., int]:
    """Asks, and tells how often the model was called for it."""

    def ask(member: Member, question: str = QUESTION, **fields: Any) -> int:
        before = len(model.requests)
        run_of(member, question, **fields)
        return len(model.requests) - before

    return ask


def kept(member: Member) -> int:
    with tenant_transaction(member.tenant.id):
        return CachedAnswer.objects.count()


def test_a_kept_answer_is_proven_and_run_anew_over_todays_data(
    analyst: Member, shop: DataSource, model: ScriptedModel
) -> None:
    first = run_of(analyst, QUESTION).reply
    alter(shop, "INSERT INTO customers (id, name, city) VALUES (77, 'Zoe', 'Lyon')")

    again = run_of(analyst, f" {QUESTION.replace(' ', '  ')}").reply

    assert len(model.requests) == 1
    assert again["result"]["row_count"] == first["result"]["row_count"] + 1
    assert (first["usage"]["input_tokens"], again["usage"]["input_tokens"], again["usage"]["model"]) == (100, 0, "")
    assert (first["trust"]["receipt"]["cached"], again["trust"]["receipt"]["cached"]) == (False, True)
    assert [step["name"] for step in again["steps"]] == ["recall", "validate", "execute", "check"]
    for part in ("interpreted_as", "assumptions", "sql", "retrieval"):
        assert again[part] == first[part]
    assert "when the same was asked before" in again["explanation"]


def test_every_change_of_state_has_it_written_anew(
    analyst: Member, owner: Member, shop: DataSource, calls: Callable[..., int], change_environment: Configure
) -> None:
    assert [calls(analyst), calls(analyst)] == [1, 0]
    assert calls(analyst, max_rows=5) == 1
    assert calls(analyst, mode="sql") == 1
    assert calls(owner) == 1, "another role"
    change_environment(answer_cache_size=100)
    assert calls(analyst) == 1, "three were newer"

    set_policy(shop, EVERYONE, {"columns": {"*.*.email": "hidden"}})
    assert calls(analyst) == 1
    save_faq(shop.tenant_id, "What is Lyon?", "A city.", actor="user:1")
    assert [calls(analyst), calls(analyst)] == [1, 1], "not while a text waits for its vector"
    embed_pending(shop.tenant_id, embedder=MiniLMEmbedder())
    assert calls(analyst) == 1
    with tenant_transaction(shop.tenant_id):
        knowledge.delete(FaqEntry.objects.get(), actor="user:1")
    assert calls(analyst) == 0, "as before the entry"
    query = vouch(shop, "Who?", "SELECT name FROM customers")
    assert calls(analyst) == 0, "not in use before it is explained"
    explain_again(shop.tenant_id, query.id)
    assert calls(analyst) == 1
    alter(shop, "ALTER TABLE orders ADD COLUMN note TEXT")
    sync_and_embed(shop)
    assert calls(analyst) == 1
    change_environment(llm_temperature=0.5)
    assert [calls(analyst), calls(analyst)] == [1, 0]
    change_environment(answer_cache_size=0)
    assert [calls(analyst), calls(analyst)] == [1, 1]


def test_another_tenant_never_meets_it(
    analyst: Member, outsider: Member, shop: DataSource, calls: Callable[..., int], new_sqlite_source: NewSource
) -> None:
    calls(analyst)
    theirs = new_sqlite_source(outsider.tenant, index_values=False)
    sync_and_embed(theirs)

    assert [calls(outsider), calls(outsider)] == [1, 0]
    assert (kept(analyst), kept(outsider)) == (1, 1)
    assert only_row(CachedAnswer, outsider.tenant.id).source_id == theirs.id


def test_what_is_judged_follows_or_failed_is_not_kept(
    analyst: Member, shop: DataSource, model: ScriptedModel, calls: Callable[..., int]
) -> None:
    assert [calls(analyst, is_test=True), calls(analyst, is_test=True)] == [1, 1]
    conversation = run_of(analyst, "Who?", is_test=True).conversation_id
    assert [calls(analyst, conversation_id=conversation) for _ in range(2)] == [1, 1]
    model.default = CLARIFIES
    assert [calls(analyst), calls(analyst)] == [1, 1]
    model.default = answers(sql="SELECT nmae FROM customers")
    assert [calls(analyst), calls(analyst)] == [2, 2]
    assert kept(analyst) == 0
    model.default = REFUSES
    assert [calls(analyst), calls(analyst)] == [1, 0]
    reply = run_of(analyst, QUESTION).reply
    assert (reply["status"], reply["refusal"]["missing"]) == ("cannot_answer", ["weather"])


def test_a_thumb_down_has_it_written_anew(analyst: Member, shop: DataSource, calls: Callable[..., int]) -> None:
    calls(analyst)
    run = run_of(analyst, QUESTION)

    feedback.give(analyst.principal, run.id, rating=Rating.DOWN)

    assert (kept(analyst), calls(analyst)) == (0, 1)


def test_a_statement_that_no_longer_runs_is_forgotten(
    analyst: Member, shop: DataSource, model: ScriptedModel, calls: Callable[..., int]
) -> None:
    calls(analyst)
    alter(shop, "ALTER TABLE customers RENAME COLUMN city TO town")
    model.script([answers(sql="SELECT name FROM customers")])

    reply = run_of(analyst, QUESTION).reply

    assert (reply["status"], len(model.requests), reply["trust"]["receipt"]["cached"]) == ("completed", 2, False)


def test_the_least_lately_used_and_those_of_past_days_go(
    analyst: Member, shop: DataSource, calls: Callable[..., int]
) -> None:
    for question in ("Lyon one?", "Lyon two?", "Lyon three?"):
        calls(analyst, question)
    assert calls(analyst, "Lyon one?") == 0
    assert calls(analyst, "Lyon four?") == 1
    assert (kept(analyst), calls(analyst, "Lyon one?"), calls(analyst, "Lyon two?")) == (3, 0, 1)
    with tenant_transaction(analyst.tenant.id):
        for one in CachedAnswer.objects.all()[:2]:
            one.created_at -= timedelta(days=3)
            one.save()

    sweep_expired()

    assert kept(analyst) == 1


def test_the_embedder_is_not_asked_for_a_kept_answer(
    analyst: Member, shop: DataSource, calls: Callable[..., int], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls(analyst)
    monkeypatch.setattr(MiniLMEmbedder, "embed", None)

    assert calls(analyst) == 0
