"""What the doors are tested with: changed settings, a scripted model behind them, and a PostgreSQL target database."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from psycopg import sql
from pydantic import SecretStr

from nl2sql.models import Run
from schema_index import sources
from schema_index.models import DataSource
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.conftest import Configure, Connect, Member, NewSource, sync_and_embed
from tests.recorded_source import made_once
from tests.scripted_model import ScriptedModel

MODEL_KEY = "sk-secret-of-the-tests"
READER_PASSWORD = "reader's own"

WAREHOUSE = """
CREATE TABLE products (id integer PRIMARY KEY, name text NOT NULL, price numeric(8, 2) NOT NULL, added_at timestamptz);
CREATE TABLE stock (product_id integer NOT NULL REFERENCES products (id), bin bigint NOT NULL, amount integer NOT NULL);
INSERT INTO products VALUES
    (1, 'Bolt', 0.10, '2026-01-05T10:00:00Z'), (2, 'Nut', 0.05, NULL), (3, 'Washer', 1234.50, NULL);
INSERT INTO stock SELECT 1 + n % 3, n, n % 7 FROM generate_series(1, 3000) AS n;
"""


def connected(tenant: Tenant, slug: str, **fields: Any) -> DataSource:
    """A source as stored once it is synced and embedded."""
    with tenant_transaction(tenant.id):
        source = sources.upsert(slug=slug, name=slug.title(), actor="system:test", **fields)
    return sync_and_embed(source)


@pytest.fixture
def shop(tenant: Tenant, new_synced_source: NewSource) -> DataSource:
    """The little shop, synced without its values."""
    return new_synced_source(tenant, index_values=False)


@pytest.fixture
def valued_shop(tenant: Tenant, new_synced_source: NewSource) -> DataSource:
    """The same, with its value dictionary."""
    return new_synced_source(tenant)


@pytest.fixture
def model(change_environment: Configure) -> Iterator[ScriptedModel]:
    """A scripted model that the installation is configured to use, tried once a call."""
    with ScriptedModel() as scripted:
        changed = change_environment(
            llm_base_url=scripted.url,
            llm_api_key=SecretStr(MODEL_KEY),
            llm_model="scripted",
            llm_max_attempts=1,
            answer_cache_size=0,  # who asks twice means to have it written twice
        )
        assert changed.model_configured
        yield scripted


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetDatabase:
    """A PostgreSQL database behind a role that may only read; `run` is its superuser."""

    port: int
    database: str
    username: str
    connect: Connect

    @property
    def fields(self) -> dict[str, Any]:
        """Of a data source."""
        where = {"dialect": "postgres", "host": "127.0.0.1", "port": self.port, "database": self.database}
        return {**where, "username": self.username, "password": READER_PASSWORD}

    def run(self, script: str) -> None:
        with closing(self.connect(self.database)) as connection:
            connection.execute(script.encode())


@pytest.fixture(scope="session")
def target_database(admin_connection: Connect, embedded_server: dict[str, Any]) -> Iterator[TargetDatabase]:
    # Its own, wherever the fixture is taken over: two of one name would drop each other.
    name = f"test_target_{uuid4().hex[:8]}"
    role = sql.Identifier(f"{name}_reader")
    with closing(admin_connection("postgres")) as connection:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, sql.Literal(READER_PASSWORD)))
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    target = TargetDatabase(
        port=int(embedded_server["PORT"]), database=name, username=f"{name}_reader", connect=admin_connection
    )
    target.run(WAREHOUSE)
    target.run(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}_reader")
    yield target
    with closing(admin_connection("postgres")) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(sql.SQL("DROP ROLE {}").format(role))


@pytest.fixture
def warehouse(tenant: Tenant, target_database: TargetDatabase) -> DataSource:
    """The PostgreSQL source of tenant Acme, synced and embedded."""

    source = made_once("warehouse", tenant, lambda: connected(tenant, "warehouse", **target_database.fields))
    with tenant_transaction(tenant.id):
        # A stored password opens for its own source alone.
        sources.set_password(source, READER_PASSWORD)
        source.save(update_fields=["encrypted_password"])
    return source


@pytest.fixture
def last_run() -> Callable[[Member], Run]:
    """The tenant's latest run, as stored."""

    def read(member: Member) -> Run:
        with tenant_transaction(member.tenant.id):
            run = Run.objects.first()
        assert run is not None
        return run

    return read
