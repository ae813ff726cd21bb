"""Two demo tenants with their people, databases and knowledge: made once, reused afterwards."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from nl2sql.demo.bean_there import build as bean_there
from nl2sql.demo.bean_there.generate import ORDERS
from nl2sql.demo.knowledge import load as load_knowledge
from nl2sql.demo.northlight import build as northlight
from schema_index import sources
from schema_index.connectors.postgres import POSTGRES
from schema_index.connectors.sqlite import SQLITE
from schema_index.embedding.embed_chunks import embed_pending
from schema_index.embedding.spaces import active_embedder
from schema_index.knowledge import knowledge
from schema_index.syncing.snapshots import sync
from tenants import memberships, tenancy
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError
from tenants.models import Tenant, User
from tenants.roles import Role
from tenants.tenant_calendar import set_calendar

ACTOR = "system:demo"
BEAN_THERE_FISCAL_MONTH, NORTHLIGHT_FISCAL_MONTH = 4, 2
"""As each tenant's own FAQ and documents say."""

BEAN_THERE, NORTHLIGHT = "bean-there", "northlight"
READER = "bean_there_reader"
READER_RIGHTS = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOBYPASSRLS CONNECTION LIMIT 20"
NORTHLIGHT_FILE = "northlight.sqlite"

BEA, NORA = "demo-bea", "demo-nora"
"""Nobody else's names: the demo gives these people a password and makes them owners."""

Progress = Callable[[str], None]
Connect = Callable[[dict[str, Any], str], "psycopg.Connection[Any]"]
"""Opens an autocommit connection, with Django connection settings, to the named database."""


class DemoNeedsAdministrator(DomainError):
    """The demo creates a database: give DATABASE_URL an administrator's address, or leave it out."""

    code = "invalid_request"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoTenant:
    """`questions` are asked first: the composer answers them as well."""

    tenant: Tenant
    user: str
    password: str
    questions: tuple[str, ...]


def set_up(
    *,
    until: date,
    connect: Connect,
    password_for: Callable[[str], str],
    progress: Progress,
    orders: int = ORDERS,
) -> tuple[DemoTenant, ...]:
    """Both tenants, synced, embedded and ready to be asked. `orders` is the size of Bean There."""
    reader_password = password_for(READER)
    rebuilt = _build_bean_there(
        until=until, orders=orders, connect=connect, reader_password=reader_password, progress=progress
    )
    return (
        _tenant(
            slug=BEAN_THERE,
            name="Bean There",
            user=BEA,
            password=password_for(BEA),
            source=_bean_there_source(reader_password),
            fiscal_month=BEAN_THERE_FISCAL_MONTH,
            questions=("How many orders were placed last month?", "How many customers are there in each city?"),
            prepare=lambda _: rebuilt,
            progress=progress,
        ),
        _tenant(
            slug=NORTHLIGHT,
            name="Northlight",
            user=NORA,
            password=password_for(NORA),
            source={
                "slug": "product",
                "name": "Northlight product",
                "dialect": SQLITE.dialect,
                "database": NORTHLIGHT_FILE,
            },
            fiscal_month=NORTHLIGHT_FISCAL_MONTH,
            questions=("How many accounts are there in each industry?",),
            prepare=lambda folder: _build_northlight(folder, until=until, progress=progress),
            progress=progress,
        ),
    )


def _bean_there_source(password: str) -> dict[str, Any]:
    server = settings.DATABASES["default"]
    return {
        "slug": "shops",
        "name": "Bean There shops",
        "dialect": POSTGRES.dialect,
        "host": server["HOST"],
        "port": int(server["PORT"] or 5432),
        "database": "bean_there",
        "username": READER,
        "password": password,
    }


def _build_bean_there(*, until: date, orders: int, connect: Connect, reader_password: str, progress: Progress) -> bool:
    """Whether it had to be built anew."""
    admin = settings.ACCESS.admin
    if admin is None:
        raise DemoNeedsAdministrator(
            "The demo creates a database of its own, which needs an administrator's DATABASE_URL without "
            "DATABASE_OWNER_URL; or leave both out for the embedded server."
        )

    reader = sql.Identifier(READER)
    # The database of the owner's exists by now; an administrator's address may name none.
    with closing(connect(admin, settings.ACCESS.owner["NAME"])) as connection:
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [READER]).fetchone() is None:
            connection.execute(sql.SQL("CREATE ROLE {}").format(reader))
        connection.execute(
            sql.SQL("ALTER ROLE {} {} PASSWORD {}").format(reader, sql.SQL(READER_RIGHTS), sql.Literal(reader_password))
        )
        connection.execute(sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(reader))
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = 'bean_there'").fetchone() is None:
            connection.execute("CREATE DATABASE bean_there TEMPLATE template0 ENCODING 'UTF8'")
        # Again on every run, as below: an earlier one may have been killed, or the role made anew.
        connection.execute("REVOKE ALL ON DATABASE bean_there FROM PUBLIC")
        connection.execute(sql.SQL("GRANT CONNECT ON DATABASE bean_there TO {}").format(reader))
    with closing(connect(admin, "bean_there")) as connection:
        is_current = bean_there.is_current(connection, until=until, orders=orders)
        if not is_current:
            bean_there.build(connection, until=until, orders=orders, progress=progress)
        bean_there.grant_read(connection, role=READER)
    return not is_current


def _build_northlight(folder: Path, *, until: date, progress: Progress) -> bool:
    """Whether it had to be built anew."""
    path = folder / NORTHLIGHT_FILE
    if northlight.is_current(path, until=until):
        return False
    northlight.build(path, until=until, progress=progress)
    return True


def _tenant(
    *,
    slug: str,
    name: str,
    user: str,
    password: str,
    source: dict[str, Any],
    fiscal_month: int,
    questions: tuple[str, ...],
    prepare: Callable[[Path], bool],
    progress: Progress,
) -> DemoTenant:
    tenant = tenancy.create(slug=slug, name=name, actor=ACTOR)
    if tenant.fiscal_year_start_month != fiscal_month:
        set_calendar(tenant.id, fiscal_year_start_month=fiscal_month, actor=ACTOR)
    folder = settings.ENVIRONMENT.files_root / str(tenant.id)
    folder.mkdir(parents=True, exist_ok=True)
    rebuilt = prepare(folder)
    person = User.objects.filter(username=user).first() or User.objects.create_user(username=user, password=password)
    with tenant_transaction(tenant.id):
        memberships.set_role(person, role=Role.OWNER, actor=ACTOR)
        stored = sources.upsert(actor=ACTOR, **{"password": "", **source, "index_values": True})
        _store_knowledge(slug)
    if rebuilt or stored.snapshot_id is None:
        progress(f"{name}: reading the schema")
        sync(tenant.id, source_id=stored.id, actor=ACTOR)
    embed_pending(
        tenant.id,
        embedder=active_embedder(tenant.id),
        progress=lambda done, total: progress(f"{name}: {done} of {total} texts embedded"),
    )
    return DemoTenant(tenant=tenant, user=user, password=password, questions=questions)


def _store_knowledge(slug: str) -> None:
    known = load_knowledge(slug)
    for entry in known.faq:
        knowledge.save_faq(question=entry.question, answer=entry.answer, actor=ACTOR)
    for document in known.documents:
        knowledge.save_document(title=document.title, text=document.text, actor=ACTOR)
