"""What monitoring reads: behind a token, of everything that ended, and of no tenant by name."""

from decimal import Decimal

import pytest
from django.test import Client
from django.utils import timezone
from prometheus_client import REGISTRY, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from nl2sql.metrics import observe_end
from nl2sql.models import Run
from schema_index.embedding.embed_chunks import embed_pending
from schema_index.embedding.minilm import MiniLMEmbedder
from schema_index.models import DataSource
from schema_index.tasks import measure_backlog
from tests.asking import ask
from tests.conftest import Configure, Member
from tests.stored import save_faq

TOKEN = "of the monitoring"


@pytest.fixture(autouse=True)
def _token(change_environment: Configure) -> None:
    change_environment(metrics_token=SecretStr(TOKEN))


def _value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


@pytest.mark.django_db
def test_without_its_token_there_are_no_metrics(change_environment: Configure) -> None:
    client = Client()
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer guessed"}).status_code == 404
    assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 200
    change_environment(metrics_token=None)
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


def test_questions_are_counted_by_outcome_and_step(analyst: Member, shop: DataSource) -> None:
    completed = {"outcome": "completed", "code": ""}
    before = _value("querent_asks_total", **completed), _value("querent_step_seconds_count", step="execute")
    ask(analyst, "How many customers are there?")
    after = _value("querent_asks_total", **completed), _value("querent_step_seconds_count", step="execute")
    assert after == (before[0] + 1, before[1] + 1)

    text = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).content.decode()
    labels = {
        label
        for family in text_string_to_metric_families(text)
        if family.name.startswith("querent_")
        for sample in family.samples
        for label in sample.labels
    }
    assert labels <= {"outcome", "code", "step", "rule", "model", "direction", "server", "reason", "kind", "fate", "le"}
    for secret in (analyst.tenant.slug, str(analyst.tenant.id), analyst.user.username, "customers", "shop"):
        assert secret not in text


def test_a_model_that_a_tenant_named_is_counted_without_its_name(analyst: Member) -> None:
    before = _value("querent_model_tokens_total", model="own", direction="input")
    ended = timezone.now()
    observe_end(Run(model="secret-of-acme", input_tokens=100, created_at=ended, completed_at=ended, cost=Decimal(1)))
    assert _value("querent_model_tokens_total", model="own", direction="input") == before + 100
    assert b"secret-of-acme" not in generate_latest(REGISTRY)


def test_syncs_and_waiting_texts_are_counted(analyst: Member, shop: DataSource) -> None:
    assert _value("querent_syncs_total", outcome="done") >= 1
    save_faq(analyst.tenant.id, "What is paid?", "A status.")
    measure_backlog()
    assert _value("querent_texts_waiting") == 1
    assert _value("querent_embedding_lag_seconds") > 0
    before = _value("querent_embedding_wait_seconds_count")
    embed_pending(analyst.tenant.id, embedder=MiniLMEmbedder())
    measure_backlog()
    assert (_value("querent_texts_waiting"), _value("querent_embedding_lag_seconds")) == (0, 0)
    assert _value("querent_embedding_wait_seconds_count") == before + 1
