"""`manage.py doctor` on a whole installation, on one with a fault in each part, and without its database."""

import json
from io import StringIO
from ipaddress import ip_network
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from pydantic import SecretStr

from config.model_price import ModelPrice
from nl2sql.generation.circuit import BREAKERS, BreakerRules, CircuitKey
from nl2sql.model_access import tenant_models
from nl2sql.model_access.tenant_models import propose
from nl2sql.models import TenantModel
from schema_index.models import DataSource
from tenants.context import platform_transaction, tenant_transaction
from tenants.models import Tenant
from tests.commands import said
from tests.conftest import Configure
from tests.functional.conftest import MODEL_KEY, READER_PASSWORD, TargetDatabase
from tests.scripted_model import ScriptedModel

NOBODY = "http://127.0.0.1:9/v1"


def told(*, fails: bool = False) -> dict[str, list[tuple[str, str]]]:
    """Findings by part."""
    out = StringIO()
    if fails:
        with pytest.raises(SystemExit, match="1"):
            call_command("doctor", "--json", stdout=out)
    else:
        call_command("doctor", "--json", stdout=out)
    found: dict[str, list[tuple[str, str]]] = {}
    for line in out.getvalue().splitlines():
        finding = json.loads(line)
        found.setdefault(finding["part"], []).append((finding["state"], finding["detail"]))
        for secret in (MODEL_KEY, READER_PASSWORD, "127.0.0.1", ".sqlite"):
            assert secret not in finding["detail"]
    return found


def test_a_whole_installation_is_told_part_by_part(warehouse: DataSource) -> None:
    found = told()
    assert {part: states[0][0] for part, states in found.items()} == {
        "database role": "ok",
        "pgvector": "ok",
        "migrations": "ok",
        "broker": "ok",
        "language model": "ok",
        "embeddings": "ok",
        "acme/warehouse": "ok",
    }
    assert "384 dimensions" in found["embeddings"][0][1]
    assert said("doctor").startswith("ok       database role: ")


def test_a_role_that_may_more_than_read_is_named_with_its_mending(
    warehouse: DataSource, target_database: TargetDatabase
) -> None:
    role = target_database.username
    target_database.run(f"GRANT INSERT ON stock TO {role}; GRANT CREATE ON SCHEMA public TO {role}")
    try:
        (_, excess) = told()["acme/warehouse"]
    finally:
        target_database.run(f"REVOKE INSERT ON stock FROM {role}; REVOKE CREATE ON SCHEMA public FROM {role}")
    assert excess[0] == "warning"
    for words in ("may write to 1 tables", "may create tables in public", "manage.py grants warehouse"):
        assert words in excess[1]


def test_one_broken_part_does_not_hide_the_others(
    warehouse: DataSource, change_environment: Configure, target_database: TargetDatabase
) -> None:
    change_environment(llm_base_url=NOBODY, llm_api_key=SecretStr(MODEL_KEY), embedding_base_url=NOBODY)
    target_database.run(f"ALTER ROLE {target_database.username} NOLOGIN")
    try:
        found = told(fails=True)
    finally:
        target_database.run(f"ALTER ROLE {target_database.username} LOGIN")
    assert found["language model"] == [("failed", "It cannot be reached: check LLM_BASE_URL.")]
    assert found["acme/warehouse"][0][0] == "failed"
    assert found["migrations"][0][0] == "ok"


@pytest.mark.django_db
def test_a_broker_that_does_not_answer_is_told(change_environment: Configure, settings: Any) -> None:
    from config.celery import app  # noqa: PLC0415  read after the settings fixture

    change_environment(celery_broker_url=SecretStr("redis://127.0.0.1:9/0"))
    before = app.conf["broker_url"]
    app.conf["broker_url"] = "redis://127.0.0.1:9/0"
    try:
        assert told(fails=True)["broker"][0][0] == "failed"
    finally:
        app.conf["broker_url"] = before


def test_a_model_endpoint_is_asked_without_asking_the_model(
    model: ScriptedModel, warehouse: DataSource, change_environment: Configure
) -> None:
    assert told()["language model"] == [("ok", "The endpoint answers; scripted is asked.")]
    change_environment(llm_api_key=SecretStr("wrong"))
    assert told(fails=True)["language model"] == [("failed", "It refuses the key: check LLM_API_KEY.")]
    assert model.requests == []


def test_price_breaker_and_a_tenants_own_model_and_budget_are_told(
    model: ScriptedModel, warehouse: DataSource, change_environment: Configure
) -> None:
    for left_by_others in BREAKERS.words():
        BREAKERS.succeeded(left_by_others)
    found = told()
    assert found["language model: price"][0][1].startswith("Its price is not known")
    assert found["language model: breaker"] == [("ok", "Closed in this process: nothing failed in a row.")]
    change_environment(llm_prices=(ModelPrice.parse("scripted=0.40/1.60"),), llm_networks=(ip_network("127.0.0.1/32"),))
    key = CircuitKey.of(model.url, "scripted", api_key=MODEL_KEY)
    BREAKERS.failed(key, rules=BreakerRules(failures=1))
    with tenant_transaction(warehouse.tenant_id):
        row = tenant_models.prepared(
            TenantModel(base_url=model.url, model="chosen"), key=MODEL_KEY, actor="system:test"
        )
        propose(row, send=lambda row: None)
    with platform_transaction():
        Tenant.objects.update(model_tokens_per_day=0)
    try:
        found = told()
    finally:
        BREAKERS.succeeded(key)
    assert found["language model: price"] == [("ok", "0.4 a million tokens read, 1.6 written.")]
    assert found["language model: breaker"][0][0] == "warning"
    assert found["acme: language model"] == [("ok", "The endpoint answers; chosen is asked.")]
    assert found["acme: language model: price"][0][1].endswith("name it in its settings.")
    assert found["acme: budget"][0][0] == "warning"
    change_environment(llm_networks=())
    assert told(fails=True)["acme: language model"][0][0] == "failed"
    assert model.requests == []


@pytest.mark.django_db
def test_without_a_database_nothing_else_is_asked() -> None:
    settings_dict = connections["default"].settings_dict
    connections["default"].close()
    before, settings_dict["PORT"] = settings_dict["PORT"], "9"
    try:
        assert list(told(fails=True)) == ["database"]
    finally:
        connections["default"].close()
        settings_dict["PORT"] = before
