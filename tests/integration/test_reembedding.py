"""Moving a tenant to another embedding model while it is asked: nothing fails, nothing is mixed, nothing is lost."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connections
from django.utils import timezone

from schema_index import judged_questions
from schema_index.checks import settings_name_the_serving_model
from schema_index.embedding import reembedding
from schema_index.embedding.embed_chunks import embed_pending
from schema_index.embedding.embed_spaces import embed_spaces
from schema_index.embedding.reembedding import ReembeddingRefused
from schema_index.embedding.spaces import active_embedder, embedder_of
from schema_index.judged_questions import Judged
from schema_index.knowledge import knowledge
from schema_index.models import ChunkEmbedding, DataSource, EmbeddingFailure, EmbeddingSpace, SpaceState
from tenants.context import tenant_transaction
from tests.conftest import Configure
from tests.integration.conftest import ask
from tests.scripted_model import Recorded, Reply, ScriptedModel, embedded, vector_of
from tests.waiting import wait_for

QUESTION = "Which clients placed purchases?"
ASKERS = 3


@pytest.fixture
def served(shop: DataSource, endpoint: ScriptedModel, change_environment: Configure) -> DataSource:
    """A source that the local model serves, beside an endpoint for other models."""
    change_environment(embedding_base_url=None)
    active_embedder(shop.tenant_id)
    change_environment(embedding_base_url=endpoint.url)
    return shop


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What `manage.py reembed` says to an operator."""

    def run(*arguments: str) -> str:
        call_command("reembed", "--tenant", "acme", *arguments)
        return capsys.readouterr().out

    return run


def _spaces(source: DataSource) -> dict[str, str]:
    with tenant_transaction(source.tenant_id):
        return {str(space): space.state for space in EmbeddingSpace.objects.all()}


def _vectors(source: DataSource) -> dict[str, int]:
    with tenant_transaction(source.tenant_id):
        models = list(ChunkEmbedding.objects.values_list("model", flat=True))
    return {model: models.count(model) for model in set(models)}


def _judge(source: DataSource, **questions: str) -> None:
    judged = [Judged(question=text, tables=(f"main.{table}",), origin="test") for table, text in questions.items()]
    with tenant_transaction(source.tenant_id):
        judged_questions.save_all(judged, source=source, actor="system:test")


def _similarities(source: DataSource) -> tuple[str, dict[str, float]]:
    """Asks once, as a run does: the model that was active, and what each table's similarity came out as."""
    embedder = active_embedder(source.tenant_id)
    found = ask(source, QUESTION, embedder)
    return embedder.model, {one.name: one.similarity for one in found.tables if one.similarity is not None}


def test_questions_during_the_switch_all_succeed_and_read_one_space_each(
    served: DataSource, endpoint: ScriptedModel, change_environment: Configure
) -> None:
    change_environment(retrieval_threshold=-1.0)
    truth = {"all-MiniLM-L6-v2": _similarities(served)[1]}
    answers: list[tuple[str, dict[str, float]]] = []
    is_over = threading.Event()

    def keep_asking() -> None:
        try:
            while not is_over.is_set():
                answers.append(_similarities(served))
        finally:
            connections.close_all()

    def asked(model: str) -> int:
        return sum(answered == model for answered, _ in answers)

    with ThreadPoolExecutor(ASKERS) as pool:
        askers = [pool.submit(keep_asking) for _ in range(ASKERS)]
        try:
            wait_for(lambda: asked("all-MiniLM-L6-v2") >= ASKERS)
            reembedding.begin(served.tenant_id, model="scripted", actor="system:test")
            assert embed_spaces(served.tenant_id, retries=0, spread=0) is None
            wait_for(lambda: asked("scripted") >= 2 * ASKERS)
            reembedding.take_back(served.tenant_id, actor="system:test")
            before = asked("all-MiniLM-L6-v2")
            wait_for(lambda: asked("all-MiniLM-L6-v2") >= before + 2 * ASKERS)
        finally:
            is_over.set()
    assert [asker.exception() for asker in askers] == [None] * ASKERS
    reembedding.begin(served.tenant_id, model="scripted", actor="system:test")
    embed_spaces(served.tenant_id, retries=0, spread=0)
    truth["scripted"] = _similarities(served)[1]
    assert all(set(tables) == {"customers", "orders"} for tables in truth.values())
    assert [one for one in answers if one[1] != pytest.approx(truth[one[0]], abs=1e-5)] == []


def test_an_operator_moves_a_tenant_back_and_forth(served: DataSource, said: Callable[..., str]) -> None:
    _judge(served, customers="Which customers are in Lyon?", orders="Which orders were paid?")
    assert said("--model", "scripted", "--wait") == (
        "acme: all-MiniLM-L6-v2 (384) retired: 2 of 2 texts\n"
        "acme: scripted (16) active: 2 of 2 texts | full@10 of 2 judged questions: 1.000 before, 1.000 now\n"
    )
    assert said("--back").splitlines()[0] == "acme: all-MiniLM-L6-v2 (384) is the active space again."
    assert _spaces(served) == {"all-MiniLM-L6-v2 (384)": "active", "scripted (16)": "retired"}

    with pytest.raises(CommandError, match="was active a moment ago: drop it after"):
        said("--drop")
    with tenant_transaction(served.tenant_id):
        EmbeddingSpace.objects.update(retired_at=timezone.now() - timedelta(hours=1))
    assert said("--drop") == "acme: dropped scripted (16).\nacme: all-MiniLM-L6-v2 (384) active: 2 of 2 texts\n"
    assert _vectors(served) == {"all-MiniLM-L6-v2": 2}


def test_a_model_that_finds_less_is_held_back_unless_it_is_forced(
    served: DataSource, endpoint: ScriptedModel, change_environment: Configure, said: Callable[..., str]
) -> None:
    change_environment(retrieval_top_k=1)
    _judge(served, customers="people by town", orders="purchases")

    def blind(request: Recorded) -> Reply:
        return embedded(vector_of("always the same", dimension=16) for _ in request.body["input"])

    endpoint.script_embeddings([blind] * 20)
    with pytest.raises(CommandError) as raised:
        said("--model", "scripted", "--wait")
    assert "It finds less, and REEMBED_MAX_LOSS allows 0." in str(raised.value)
    assert _spaces(served) == {"all-MiniLM-L6-v2 (384)": "active", "scripted (16)": "filling"}
    assert "full@1 of 2 judged questions: 1.000 before, 0.500 now" in said("--status")
    # It is not compared again by whatever is embedded next.
    asked = len(endpoint.requests)
    assert embed_spaces(served.tenant_id, retries=0, spread=0) is None
    assert len(endpoint.requests) == asked

    # What it loses by name, and any loss is enough where that is set.
    assert "0.500 now; loses p" in said("--status")
    change_environment(reembed_max_loss=1.0, evaluation_gate="refuse")
    with pytest.raises(CommandError, match="It loses the tables of 1 judged questions, and EVALUATION_GATE refuses"):
        said("--model", "scripted", "--wait")

    said("--model", "scripted", "--wait", "--force")
    assert _spaces(served) == {"all-MiniLM-L6-v2 (384)": "retired", "scripted (16)": "active"}


def test_a_model_that_refuses_more_texts_is_held_back(served: DataSource, endpoint: ScriptedModel) -> None:
    def spoil(request: Recorded) -> Reply:
        texts = request.body["input"]
        return embedded([0.0] * 16 if "email" in text else vector_of(text, dimension=16) for text in texts)

    reembedding.begin(served.tenant_id, model="scripted", actor="system:test")
    endpoint.script_embeddings([spoil] * 10)
    assert embed_spaces(served.tenant_id, retries=0, spread=0) is None
    (space,) = [one for one in reembedding.progress(served.tenant_id) if one.space.state == SpaceState.FILLING]
    assert space.space.held == "The new model refuses 1 texts more than the old one: see the refused texts."
    assert (space.texts, space.embedded, space.refused) == (2, 1, 1)
    with tenant_transaction(served.tenant_id):
        assert EmbeddingFailure.objects.get().chunk.title == "main.customers"


def test_what_changes_meanwhile_is_embedded_in_both_spaces(served: DataSource, endpoint: ScriptedModel) -> None:
    reembedding.begin(served.tenant_id, model="scripted", actor="system:test")
    with tenant_transaction(served.tenant_id):
        space = EmbeddingSpace.objects.get(model="scripted")
        knowledge.save_faq(question="Why?", answer="So.", actor="system:test")
    embed_pending(served.tenant_id, embedder=embedder_of(space))
    assert _vectors(served) == {"all-MiniLM-L6-v2": 2, "scripted": 3}
    assert embed_spaces(served.tenant_id, retries=0, spread=0) is None
    assert _vectors(served) == {"all-MiniLM-L6-v2": 3, "scripted": 3}
    assert _spaces(served)["scripted (16)"] == "active"


def test_nothing_is_begun_that_cannot_work(served: DataSource, endpoint: ScriptedModel) -> None:
    with pytest.raises(ReembeddingRefused, match="is the active space already"):
        reembedding.begin(served.tenant_id, model="all-MiniLM-L6-v2", actor="system:test")
    with pytest.raises(ReembeddingRefused, match="no retired space"):
        reembedding.take_back(served.tenant_id, actor="system:test")
    with pytest.raises(ReembeddingRefused, match="is the active space: switch to another"):
        reembedding.drop(served.tenant_id, model="all-MiniLM-L6-v2", actor="system:test")
    # Another model's dimension is asked of the endpoint.
    reembedding.begin(served.tenant_id, model="unknown", actor="system:test")
    assert _spaces(served) == {"all-MiniLM-L6-v2 (384)": "active", "unknown (16)": "filling"}
    with pytest.raises(ReembeddingRefused, match=r"unknown \(16\) is being filled"):
        reembedding.begin(served.tenant_id, model="scripted", actor="system:test")
    assert reembedding.drop(served.tenant_id, model="unknown", actor="system:test") == ["unknown (16)"]


def test_another_model_in_the_settings_alone_changes_nothing_and_is_told(served: DataSource) -> None:
    assert _similarities(served)[0] == "all-MiniLM-L6-v2"
    (warning,) = settings_name_the_serving_model(None, databases=["default"])
    assert warning.msg == ("1 tenants are served by all-MiniLM-L6-v2 (384), while the settings name scripted (16).")


def test_two_active_spaces_cannot_be(served: DataSource) -> None:
    with pytest.raises(IntegrityError, match="one_active_embedding_space"), tenant_transaction(served.tenant_id):
        EmbeddingSpace.objects.create(tenant_id=served.tenant_id, model="second", dimension=16, state=SpaceState.ACTIVE)
