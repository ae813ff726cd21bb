"""Each operation of the description with each error that it documents beside those that every operation has: provoked,
one after the other, over one tenant whose rows and settings go back to what they were.

What every operation answers alike is EVERYWHERE's, and tried in test_every_endpoint, as is what no address finds.
An error that is documented and not provoked here, or the other way round, fails.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import ip_network
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.utils import timezone
from pydantic import SecretStr

from config.environment import Environment
from config.errors import STATUS
from config.openapi import EVERYWHERE, OF_A_BODY, operations
from nl2sql.models import Run, VerifiedQuery
from schema_index.models import ChunkEmbedding, DataSource, EmbeddingSpace
from tenants.context import platform_transaction, tenant_transaction
from tenants.models import ApiKey, Tenant
from tests.conftest import Member
from tests.functional.conftest import MODEL_KEY
from tests.functional.stored_things import store_things
from tests.functional.test_api_contract import assert_problem
from tests.functional.test_openapi import described
from tests.scripted_model import BROKEN, MALFORMED, SLOW, Reply, ScriptedModel, answers

pytestmark = pytest.mark.django_db

QUESTION = {"question": "How many products are there?"}
NOBODY = "http://127.0.0.1:59999/v1"
COUNTS = "SELECT COUNT(*) FROM products"
DELETES = "DELETE FROM products"
DIVIDES = "SELECT 1 / (amount - amount) FROM stock"
HOPELESS = "SELECT count(*) FROM stock AS a JOIN stock AS b ON a.bin <> b.bin JOIN stock AS c ON b.bin <> c.bin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """`operations` are method and path by operation id, `known` ids by the names of path parameters; `change` replaces
    settings until the provocation is over."""

    owner: Member
    operations: dict[str, tuple[str, str]]
    known: dict[str, str]
    change: Callable[..., Environment]

    def call(self, name: str, body: Any = None, *, query: str = "", form: bool = False, key: str = "") -> Any:
        """`key` is an Idempotency-Key."""
        method, path = self.operations[name]
        folder = path.split("/")[4] if path.startswith("/api/v1/knowledge/") else ""
        for parameter in re.findall(r"{(\w+)}", path):
            path = path.replace(f"{{{parameter}}}", self.known[folder if parameter == "entry_id" else parameter])
        if method == "get":
            return self.owner.client.get(path + query)
        send = getattr(self.owner.client, method)
        extra = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
        return send(path, {} if body is None else body, format="multipart" if form else "json", **extra)

    def rows(self) -> AbstractContextManager[None]:
        return tenant_transaction(self.owner.tenant.id)

    @contextmanager
    def model(self, reply: Reply) -> Iterator[None]:
        """The installation's answers everything so."""
        with ScriptedModel(default=reply) as scripted:
            self.change(
                llm_base_url=scripted.url,
                llm_api_key=SecretStr(MODEL_KEY),
                llm_model="scripted",
                llm_max_attempts=1,
                answer_cache_size=0,
            )
            yield


Provoke = Callable[[Stage, str], Any]


def sends(body: Any = None, *, query: str = "") -> Provoke:
    return lambda stage, name: stage.call(name, body, query=query)


def never_synced(body: Any = None) -> Provoke:
    def provoke(stage: Stage, name: str) -> Any:
        with stage.rows():
            DataSource.objects.update(snapshot=None)
        return stage.call(name, body)

    return provoke


# --- questions


def said(stage: Stage, name: str, sql: str = COUNTS, *, key: str = "") -> Any:
    """A question that a model answers with the statement, or a run again with it."""
    if name == "rerun_run":
        return stage.call(name, {"sql": sql}, key=key)
    with stage.model(answers(sql=sql)):
        return stage.call(name, QUESTION, key=key)


def states(sql: str, **settings: Any) -> Provoke:
    def provoke(stage: Stage, name: str) -> Any:
        stage.change(**settings)
        return said(stage, name, sql)

    return provoke


def unsynced(stage: Stage, name: str) -> Any:
    with stage.rows():
        DataSource.objects.update(snapshot=None)
    return said(stage, name)


def source_is(**fields: Any) -> Provoke:
    def provoke(stage: Stage, name: str) -> Any:
        with stage.rows():
            DataSource.objects.update(**fields)
        return said(stage, name)

    return provoke


def source_is_gone(stage: Stage, name: str) -> Any:
    with stage.rows():
        Run.objects.update(source_id=None)
    return said(stage, name)


def quota_is_used_up(stage: Stage, name: str) -> Any:
    with platform_transaction():
        Tenant.objects.filter(id=stage.owner.tenant.id).update(questions_per_day=1)
    return said(stage, name)


def sent_again(**run: Any) -> Provoke:
    """With the same key, where the first run is so by now."""

    def provoke(stage: Stage, name: str) -> Any:
        assert said(stage, name, key="k").status_code == 200
        at = {field: timezone.now() + timedelta(seconds=value) for field, value in run.items()}
        with stage.rows():
            Run.objects.filter(idempotency_key="k").update(status="running", completed_at=None, **at)
        return said(stage, name, key="k")

    return provoke


def key_is_taken(stage: Stage, name: str) -> Any:
    assert said(stage, name, key="k").status_code == 200
    other = {"sql": f"{COUNTS} WHERE id > 1"} if name == "rerun_run" else {"question": "How many stock are there?"}
    return stage.call(name, other, key="k")


def model_is(reply: Reply, **settings: Any) -> Provoke:
    def provoke(stage: Stage, name: str) -> Any:
        stage.change(**settings)
        with stage.model(reply):
            return stage.call(name, None if name == "test_model" else QUESTION)

    return provoke


def model_may_not_be_there(stage: Stage, name: str) -> Any:
    stage.change(llm_networks=(ip_network("127.0.0.1/32"),))
    assert stage.call("put_model", {"base_url": NOBODY, "key": "", "model": "own"}).status_code in (200, 202)
    stage.change(llm_networks=())
    return stage.call(name, None if name == "test_model" else QUESTION)


def budget_is_used_up(stage: Stage, name: str) -> Any:
    with platform_transaction():
        Tenant.objects.filter(id=stage.owner.tenant.id).update(model_tokens_per_day=1)
    return model_is(answers(message="yes"))(stage, name)


def embedder_is(**settings: Any) -> Provoke:
    def provoke(stage: Stage, name: str) -> Any:
        with stage.rows():
            EmbeddingSpace.objects.update(model="another")
            ChunkEmbedding.objects.update(model="another")
        stage.change(embedding_model="another", **settings)
        return stage.call(name, QUESTION, query="?q=products")

    return provoke


OF_A_STATEMENT: dict[str, Provoke] = {
    "data_source_not_synced": unsynced,
    "idempotency_in_progress": sent_again(lease_until=60),
    "idempotency_mismatch": key_is_taken,
    "sql_blocked": states(DELETES),
    "query_too_expensive": states(HOPELESS),
    "data_source_forbidden": source_is(host="169.254.169.254"),
    "data_source_error": states(DIVIDES),
    "data_source_unavailable": source_is(database="elsewhere"),
    "query_timeout": states(HOPELESS, query_timeout_ms=100, query_max_cost=None),
    "deadline_exceeded": states(HOPELESS, ask_deadline_s=0.4, query_max_cost=None),
    "interrupted": sent_again(lease_until=-60),
    "quota_exceeded": quota_is_used_up,
}
OF_EMBEDDING: dict[str, Provoke] = {
    "embedding_rejected": embedder_is(),
    "embedding_unavailable": embedder_is(embedding_base_url=NOBODY),
}
ASKING: dict[str, Provoke] = {
    **OF_A_STATEMENT,
    **OF_EMBEDDING,
    "not_found": sends({**QUESTION, "data_source": "nothing"}),
    "llm_forbidden": model_may_not_be_there,
    "llm_bad_response": model_is(MALFORMED),
    "llm_unavailable": model_is(BROKEN),
    "llm_timeout": model_is(SLOW, llm_timeout_s=0.2),
}


# --- what is kept


def work_is_under_way(stage: Stage, name: str) -> Any:
    with stage.rows():
        Run.objects.update(status="running", completed_at=None, lease_until=timezone.now() + timedelta(seconds=60))
    return stage.call(name)


def rows_are_gone(stage: Stage, name: str) -> Any:
    with stage.rows():
        Tenant.objects.filter(id=stage.owner.tenant.id).update(keep_results_days=7)
        Run.objects.update(completed_at=timezone.now() - timedelta(days=8))
    return stage.call(name)


def keys_are_many(stage: Stage, name: str) -> Any:
    with stage.rows():
        tenant = stage.owner.tenant
        ApiKey.objects.bulk_create(
            ApiKey(tenant=tenant, name="spare", prefix=f"p{n}", digest=f"d{n}", scopes=["ask"]) for n in range(500)
        )
    return stage.call(name, {"name": "one more", "scopes": ["ask"]})


FAQ = {"question": "What is a bolt?", "answer": "A product."}
DOCUMENT = {"title": "Bolts", "text": "A bolt is a product."}


def stands_already(fields: dict[str, str], *, add: str) -> Provoke:
    def provoke(stage: Stage, name: str) -> Any:
        assert stage.call(add, fields).status_code == 201
        return stage.call(name, fields)

    return provoke


def stands_again(*, one: str, delete: str, add: str) -> Provoke:
    """What was deleted was written anew meanwhile."""

    def provoke(stage: Stage, name: str) -> Any:
        entry = stage.call(one).json()
        assert stage.call(delete).status_code == 204
        fields = {field: entry[field] for field in ("question", "answer", "title", "text") if field in entry}
        assert stage.call(add, fields).status_code == 201
        return stage.call(name)

    return provoke


def file_is_broken(stage: Stage, name: str) -> Any:
    return stage.call(name, {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.4 and no more")}, form=True)


def another_is_verified(stage: Stage, name: str) -> Any:
    assert stage.call("propose_verified_query", {**QUESTION, "sql": f"{COUNTS} WHERE id > 0"}).status_code == 201
    with stage.rows():
        VerifiedQuery.objects.exclude(id=stage.known["query_id"]).update(
            state="verified", curator="user:1", decided_at=timezone.now()
        )
    return stage.call(name, {"state": "verified"})


TABLE: dict[str, dict[str, Provoke]] = {
    "ask": ASKING,
    "ask_short": ASKING,
    "rerun_run": {**OF_A_STATEMENT, "not_found": source_is_gone},
    "delete_conversation": {"in_progress": work_is_under_way},
    "get_run_result": {"result_expired": rows_are_gone},
    "get_run_csv": {"result_expired": rows_are_gone},
    "get_schema": {"data_source_not_synced": never_synced()},
    "preview_policy": {"data_source_not_synced": never_synced()},
    "put_policy": {"data_source_not_synced": never_synced({"exclude_tables": ["public.stock"]})},
    "search": {**OF_EMBEDDING, "not_found": sends(query="?q=products&data_source=nothing")},
    "list_suggestions": {"not_found": sends(query="?data_source=nothing")},
    "start_evaluation": {
        "not_found": sends({"set": "verified", "data_source": "nothing"}),
        "in_progress": sends({"set": "verified"}),
    },
    "create_key": {"limit_reached": keys_are_many},
    "change_member": {"last_owner": sends({"role": "viewer"})},
    "remove_member": {"last_owner": sends()},
    "put_model": {"llm_forbidden": sends({"base_url": "https://169.254.169.254/v1", "key": ""})},
    "test_model": {
        "not_found": sends(),
        "quota_exceeded": budget_is_used_up,
        "llm_forbidden": model_may_not_be_there,
        "llm_unavailable": model_is(BROKEN),
        "llm_timeout": model_is(SLOW, llm_timeout_s=0.2),
    },
    "add_faq": {
        "not_found": sends({**FAQ, "data_source": "nothing"}),
        "already_exists": stands_already(FAQ, add="add_faq"),
    },
    "replace_faq": {"already_exists": stands_already(FAQ, add="add_faq")},
    "change_faq": {"already_exists": stands_already(FAQ, add="add_faq")},
    "restore_faq": {"already_exists": stands_again(one="get_faq", delete="delete_faq", add="add_faq")},
    "add_document": {
        "not_found": sends({**DOCUMENT, "data_source": "nothing"}),
        "already_exists": stands_already(DOCUMENT, add="add_document"),
        "document_unreadable": file_is_broken,
    },
    "replace_document": {
        "already_exists": stands_already(DOCUMENT, add="add_document"),
        "document_unreadable": file_is_broken,
    },
    "change_document": {
        "already_exists": stands_already(DOCUMENT, add="add_document"),
        "document_unreadable": file_is_broken,
    },
    "restore_document": {
        "already_exists": stands_again(one="get_document", delete="delete_document", add="add_document")
    },
    "propose_verified_query": {
        "not_found": sends({**QUESTION, "sql": COUNTS, "data_source": "nothing"}),
        "data_source_not_synced": never_synced({**QUESTION, "sql": f"{COUNTS} WHERE id > 0"}),
        "sql_blocked": sends({**QUESTION, "sql": DELETES}),
    },
    "change_verified_query": {
        "already_exists": another_is_verified,
        "data_source_not_synced": never_synced({"sql": f"{COUNTS} WHERE id > 0"}),
        "sql_blocked": sends({"sql": DELETES}),
    },
}


def documented() -> dict[str, set[str]]:
    """The codes of each operation that are its own."""
    found: dict[str, set[str]] = {}
    for path, _, operation in operations(described()):
        told = " ".join(text["description"] for status, text in operation["responses"].items() if status >= "400")
        codes = set(re.findall(r"\w+", told)) & STATUS.keys()
        assert codes >= set(EVERYWHERE), operation["operationId"]
        general = {"not_found"} if "{" in path and operation["operationId"] != "rerun_run" else set()
        if own := codes - {*EVERYWHERE, *OF_A_BODY} - general:
            found[operation["operationId"]] = own
    return found


@pytest.fixture
def stage(owner: Member, warehouse: DataSource, change_environment: Callable[..., Environment]) -> Stage:
    addresses = {operation["operationId"]: (method, path) for path, method, operation in operations(described())}
    known = {"slug": "warehouse", "role": "analyst", **store_things(owner, table="products")}
    return Stage(owner=owner, operations=addresses, known=known, change=change_environment)


def test_every_documented_error_has_its_provocation() -> None:
    assert {name: set(codes) for name, codes in TABLE.items()} == documented()


def test_every_documented_error_is_given(stage: Stage, settings: Any) -> None:
    stage.change(requests_per_minute=100_000, questions_per_minute=1_000, blocked_per_minute=1_000)
    before = settings.ENVIRONMENT
    wrong: list[str] = []
    for name, provocations in TABLE.items():
        for code, provoke in provocations.items():
            with transaction.atomic():
                try:
                    assert_problem(provoke(stage, name), status=STATUS[code][0], code=code)
                except AssertionError as error:
                    wrong.append(f"{name}, {code}: {str(error)[:300]}")
                finally:
                    transaction.set_rollback(True)
                    settings.ENVIRONMENT = before
    assert wrong == []
