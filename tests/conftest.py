"""The cast: an owner and an analyst of one tenant, and an outsider who owns another. Real PostgreSQL throughout."""

import gc
import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, nullcontext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias
from uuid import uuid4

import hypothesis
import numpy as np
import psycopg
import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from django.utils import timezone
from pytest_django import DjangoDbBlocker
from rest_framework.test import APIClient

from config.bootstrap import prepare_database
from config.celery import app
from config.embedded_postgres import EmbeddedPostgres
from config.environment import Environment
from nl2sql.evaluation.accepted_states import first_in_use
from nl2sql.models import TenantModel
from nl2sql.running import pool
from schema_index import sources
from schema_index.embedding.base import Embedder, Vectors
from schema_index.embedding.embed_chunks import embed_pending
from schema_index.embedding.minilm import MiniLMEmbedder
from schema_index.knowledge import knowledge
from schema_index.models import Chunk, DataSource, EmbeddingClaim, EmbeddingFailure, StaleMark
from schema_index.syncing.snapshots import sync
from tenants import api_keys, memberships, tenancy
from tenants.budgets import TenantMeter
from tenants.context import current_tenant_id, platform_transaction, tenant_transaction
from tenants.models import Invitation, Tenant, User
from tenants.principal import Principal, principal_of_role
from tenants.roles import PERMISSIONS, Permission, Role
from tests.mariadb import MariadbServer, running_mariadb
from tests.migrated_database import MigratedDatabase
from tests.processes import running_redis
from tests.recorded_source import made_once
from tests.stored import reread
from tests.through_pgbouncer import through_pgbouncer
from tests.waiting import DEADLINE_S

# What `make demo` collected in this checkout is not what tests see.
settings.STATIC_ROOT = settings.ENVIRONMENT.querent_home / "static"

# Nothing of a test run must survive a power cut.
# Connecting is quick as well: nobody attacks its passwords.
FAST = "-c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 -c scram_iterations=1"

EMPTY_TABLES = """
DO $$ DECLARE name text; BEGIN
  SET LOCAL session_replication_role = replica;
  FOR name IN SELECT quote_ident(tablename) FROM pg_tables
      WHERE schemaname = 'public'
      AND tablename ~ '^(tenants|schema_index|nl2sql|axes|django_session|django_admin)_?' LOOP
    EXECUTE 'DELETE FROM ' || name;
  END LOOP;
END $$
"""
"""Rows go without triggers, in any order. A handful of them goes ten times as quickly as by TRUNCATE."""

SHOP = """
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, city TEXT, email TEXT);
CREATE TABLE orders (
    id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id),
    status TEXT NOT NULL, total NUMERIC NOT NULL, ordered_at DATE NOT NULL
);
INSERT INTO customers VALUES
    (1, 'Ada', 'Lyon', 'ada@example.com'), (2, 'Ben', 'Turin', 'ben@example.com'), (3, 'Cleo', 'Lyon', NULL);
INSERT INTO orders VALUES
    (1, 1, 'paid', 20, '2026-01-05'), (2, 1, 'paid', 30, '2026-02-05'),
    (3, 2, 'cancelled', 5, '2026-02-07'), (4, 3, 'paid', 45, '2026-03-01');
"""


# Two lines a request, each made up for pytest's handlers and ours, were a tenth of what a request takes. A test that
# reads them asks for them.
for _name in ("django", "django_structlog"):
    logging.getLogger(_name).setLevel(logging.ERROR)

# A million rounds a password would be most of the suite's time.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# Laws are tried on fewer examples than the library's 100, unless a test says otherwise: the suite runs all day. How
# fast the machine is at that moment is no law.
hypothesis.settings.register_profile(
    "suite", max_examples=30, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("suite")

# What programs send us is JSON; a test says so where it is not.
APIClient.default_format = "json"

Superuser: TypeAlias = "psycopg.Connection[Any]"
Connect = Callable[[str], Superuser]

LONG_FILES = (
    *("test_leakage", "test_celery_redis", "test_page", "test_screens", "test_promises", "test_demo", "test_processes"),
    *("test_demo_data", "test_demo_setup", "test_celery_embedded", "test_properties", "test_bad_model", "test_duckdb"),
    *("test_cli", "test_api_contract", "test_admin", "test_policy", "test_mcp"),
)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files of long tests go first, so that the workers end together; the rest keeps its order.

    Whatever uses the database, as its fixtures say or a mark, commits, as the product does. In a transaction of the
    test each of the product's would be a savepoint that tells twice whose it is: a third more statements, and dearer
    than emptying the tables.
    """
    items.sort(key=lambda item: item.path.stem not in LONG_FILES)
    for item in items:
        marker = item.get_closest_marker("django_db")
        if marker is not None or (isinstance(item, pytest.Function) and "db" in item.fixturenames):
            given = {} if marker is None else marker.kwargs
            item.add_marker(pytest.mark.django_db(**{**given, "transaction": True}), append=False)


def pytest_collection_finish() -> None:
    """What was imported and collected stays until the end: the collector of cycles need not walk through it again, and
    walks through the rest less often. It was a tenth of the time."""
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)
    gc.enable()


@pytest.fixture(scope="session")
def embedded_server() -> dict[str, Any]:
    """The superuser's connection settings of the test run's own PostgreSQL."""
    server = EmbeddedPostgres(settings.ENVIRONMENT.querent_home)
    server.ensure_running(server_options=FAST)
    return server.admin_settings()


@pytest.fixture(scope="session")
def admin_connection(embedded_server: dict[str, Any]) -> Connect:
    """Opens an autocommit connection of the superuser to a database."""

    def connect(database: str) -> Superuser:
        return psycopg.connect(
            host=embedded_server["HOST"],
            port=embedded_server["PORT"],
            user=embedded_server["USER"],
            dbname=database,
            autocommit=True,
        )

    return connect


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[MariadbServer]:
    with running_mariadb(settings.ENVIRONMENT.querent_home / "mariadb-template") as server:
        yield server


@pytest.fixture
def redis_url(tmp_path: Path) -> Iterator[str]:
    with running_redis(tmp_path) as address:
        yield address


@pytest.fixture(scope="session")
def django_db_setup(
    admin_connection: Connect, django_db_blocker: DjangoDbBlocker, request: pytest.FixtureRequest
) -> Iterator[None]:
    """A fresh database for this test process, made by the product's own bootstrap, used through its confined role."""
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    name = f"test_querent_{worker}"
    for alias in ("default", "owner"):
        settings.DATABASES[alias]["NAME"] = connections[alias].settings_dict["NAME"] = name
    settings.ACCESS.app["NAME"] = settings.ACCESS.owner["NAME"] = name
    with closing(admin_connection("postgres")) as connection, django_db_blocker.unblock():
        with MigratedDatabase.kept_by(connection).copied_to(name):
            prepare_database()
            for alias in ("default", "owner"):
                connections[alias].close()
        with through_pgbouncer() if os.environ.get("THROUGH_PGBOUNCER") else nullcontext():
            yield
            for alias in ("default", "owner"):
                connections[alias].close()


@pytest.fixture(scope="session")
def superuser(admin_connection: Connect, django_db_setup: None) -> Iterator[Superuser]:
    """The superuser's connection to this test process's own database, one for all tests."""
    with closing(admin_connection(settings.DATABASES["default"]["NAME"])) as connection:
        yield connection


@pytest.fixture(autouse=True)
def _empty_tables(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test that may have stored something, and after the threads that it gave a question to."""
    stores = request.node.get_closest_marker("django_db") is not None
    superuser = request.getfixturevalue("superuser") if stores else None
    yield
    while AT_WORK:
        assert AT_WORK.pop().wait(DEADLINE_S), "a question is still at work"
    if superuser is not None:
        superuser.execute(EMPTY_TABLES)


AT_WORK: list[threading.Event] = []
"""One for each question that a thread of this process was given, set when it is done with it: what it would store or
tell afterwards would be another test's."""


def submit(work: Callable[[], None]) -> None:
    done = threading.Event()
    AT_WORK.append(done)

    def work_and_tell() -> None:
        try:
            work()
        finally:
            done.set()

    pool.submit(work_and_tell)


@pytest.fixture(scope="session", autouse=True)
def _between_tests() -> Iterator[None]:
    """Django would flush the tables after a test that commits, which the application's role may not, and connect anew,
    which takes as long as a short test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: None)
        patch.setattr(TransactionTestCase, "_should_reload_connections", lambda self: False)
        patch.setattr("nl2sql.tasks.submit", submit)
        yield


EMBED = MiniLMEmbedder.embed
REMEMBERED: dict[str, Vectors] = {}


def remembering(self: MiniLMEmbedder, texts: Sequence[str]) -> Vectors:
    new = [text for text in dict.fromkeys(texts) if text not in REMEMBERED]
    REMEMBERED.update(zip(new, EMBED(self, new), strict=True))
    return np.array([REMEMBERED[text] for text in texts], dtype=np.float32).reshape(-1, self.dimension)


@pytest.fixture(scope="session", autouse=True)
def _remembered_embeddings() -> Iterator[None]:
    """The local model is asked once a test process for the same text: hundreds of tests sync the same few sources."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MiniLMEmbedder, "embed", remembering)
        yield


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A person, their principal, and an API client that uses a key with all of their role's scopes."""

    user: User
    tenant: Tenant
    principal: Principal
    key: str
    client: APIClient


NewMember = Callable[..., Member]
NewSource = Callable[..., DataSource]
Configure = Callable[..., Environment]


@pytest.fixture
def new_member(db: None) -> NewMember:
    def make(name: str, tenant: Tenant, role: Role) -> Member:
        user = User.objects.create_user(username=name, password=f"{name} knows this")
        with tenant_transaction(tenant.id):
            memberships.set_role(user, role=role, actor="system:test")
            _, key = api_keys.issue(name=name, scopes=sorted(PERMISSIONS[role]), actor="system:test", role=role)
        principal = principal_of_role(tenant.id, actor=f"user:{user.pk}", role=role)
        return Member(user=user, tenant=tenant, principal=principal, key=key, client=caller(key))

    return make


def caller(key: str = "") -> APIClient:
    """A program with the key or token, or with none."""
    client = APIClient()
    if key:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {key}")
    return client


def new_key(tenant: Tenant, *scopes: Permission, name: str = "little", **fields: Any) -> str:
    """Another key of the tenant's, for these scopes alone."""
    with tenant_transaction(tenant.id):
        return api_keys.issue(name=name, scopes=[*scopes], actor="system:test", **fields)[1]


@pytest.fixture
def tenant(db: None) -> Tenant:
    return tenancy.create(slug="acme", name="Acme", actor="system:test")


@pytest.fixture
def other_tenant(db: None) -> Tenant:
    return tenancy.create(slug="other", name="Other", actor="system:test")


@pytest.fixture
def owner(tenant: Tenant, new_member: NewMember) -> Member:
    return new_member("olive", tenant, Role.OWNER)


@pytest.fixture
def analyst(tenant: Tenant, new_member: NewMember) -> Member:
    return new_member("anna", tenant, Role.ANALYST)


@pytest.fixture
def outsider(other_tenant: Tenant, new_member: NewMember) -> Member:
    """Another tenant's owner: must get nothing of the first one's, at any door."""
    return new_member("otto", other_tenant, Role.OWNER)


@pytest.fixture
def new_sqlite_source(db: None) -> NewSource:
    """Adds a SQLite source to a tenant; by default the little shop, not yet synced."""

    def make(tenant: Tenant, *, slug: str = "shop", script: str = SHOP, **fields: Any) -> DataSource:
        path = database_file(tenant, slug)
        path.write_bytes(sqlite_file(script))
        with tenant_transaction(tenant.id):
            return sources.upsert(
                slug=slug,
                name=slug.title(),
                dialect="sqlite",
                database=path.name,
                password="",
                actor="system:test",
                **{"index_values": True, **fields},
            )

    return make


@cache
def sqlite_file(script: str) -> bytes:
    """A database as the script leaves it."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(script)
        return connection.serialize()


def database_file(tenant: Tenant, slug: str) -> Path:
    """Where a test's SQLite source lives."""
    folder: Path = settings.ENVIRONMENT.files_root / str(tenant.id)
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{slug}.sqlite"


@pytest.fixture
def new_synced_source(new_sqlite_source: NewSource) -> NewSource:
    """The same, synced and embedded: by the product once a test process, and as a copy of that after.

    For a tenant that has no other source yet; nothing is queued for the worker.
    """

    def make(tenant: Tenant, *, slug: str = "shop", script: str = SHOP, **fields: Any) -> DataSource:
        def synced() -> DataSource:
            return sync_and_embed(new_sqlite_source(tenant, slug=slug, script=script, **fields))

        database_file(tenant, slug).write_bytes(sqlite_file(script))
        return made_once((slug, script, repr(sorted(fields.items()))), tenant, synced)

    return make


@pytest.fixture
def copied_source(new_sqlite_source: NewSource) -> NewSource:
    """The little shop without its values, made once as it is furnished, and known by the key after."""

    def make(tenant: Tenant, key: object, furnish: Callable[[DataSource], DataSource]) -> DataSource:
        database_file(tenant, "shop").write_bytes(sqlite_file(SHOP))
        return made_once(key, tenant, lambda: furnish(new_sqlite_source(tenant, index_values=False)))

    return make


@pytest.fixture
def shop(tenant: Tenant, new_synced_source: NewSource) -> DataSource:
    """The little shop of tenant Acme, synced and embedded."""
    return new_synced_source(tenant)


def sync_and_embed(source: DataSource, embedder: Embedder | None = None) -> DataSource:
    """The source as stored afterwards."""
    sync(source.tenant_id, source_id=source.id, actor="system:test")
    embed_pending(source.tenant_id, embedder=embedder or MiniLMEmbedder())
    return reread(source)


@pytest.fixture
def quiet_queue() -> Iterator[None]:
    """No message of an earlier test is left in this process's queue, where it would name a tenant that is gone."""
    app.control.purge()
    yield
    app.control.purge()


def leave_doubtful_knowledge(source: DataSource) -> None:
    """Of the open scope's tenant: an entry, and the mark that it names what is gone."""
    entry = knowledge.save_faq(question="What is a paid order?", answer="status = 'paid'", actor="system:test")
    StaleMark.objects.create(
        tenant_id=source.tenant_id,
        subject_kind="faq",
        subject_id=entry.id,
        source=source,
        object_name="main.orders.status",
        reason="orders.status was removed on 2026-11-21",
    )


def leave_embedding_work() -> None:
    """A text of the open scope's tenant that an embedder has refused, and that a worker holds."""
    chunk = Chunk.objects.order_by("id")[0]
    work = {"tenant_id": chunk.tenant_id, "chunk": chunk, "model": "refusing", "dimension": 16}
    EmbeddingFailure.objects.create(**work, content_hash=chunk.content_hash, reason="The embedder refuses this text.")
    EmbeddingClaim.objects.create(**work, holder=uuid4(), until=timezone.now())


def leave_model_settings() -> None:
    """Of the open scope's tenant: a model that changes nothing, tokens set aside for a call under way, what answers are
    made with, and somebody invited."""
    tenant_id = current_tenant_id()
    Invitation.objects.create(
        tenant_id=tenant_id, digest="0" * 64, role=Role.VIEWER, actor="user:1", expires_at=timezone.now()
    )
    TenantModel.objects.create(tenant_id=tenant_id, timeout_s=30)
    with platform_transaction():
        Tenant.objects.filter(id=tenant_id).update(model_tokens_per_day=1_000_000)
    TenantMeter(tenant=Tenant.objects.get(id=tenant_id)).reserve(tokens=100, cost=None, hold_s=60)
    first_in_use()


@pytest.fixture
def change_environment(settings: Any) -> Configure:
    """Replaces values of `settings.ENVIRONMENT` for one test."""

    def change(**values: Any) -> Environment:
        changed: Environment = settings.ENVIRONMENT.model_copy(update=values)
        # The copy takes along what was derived from the old values.
        for name in ("embedded", "model_configured", "embedded_worker", "files_root"):
            changed.__dict__.pop(name, None)
        settings.ENVIRONMENT = changed
        return changed

    return change
