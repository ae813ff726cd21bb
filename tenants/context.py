"""Whose rows the current code may touch. Row-level security reads these settings; managers refuse without them.

Each scope is one transaction with transaction-local settings, so that nothing outlives it in a pooled connection.
Source: PostgreSQL's `set_config(name, value, is_local := true)`.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from types import MappingProxyType
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from tenants.domain_error import DomainError

TENANT = "app.tenant_id"
USER = "app.user_id"
API_KEY_PREFIX = "app.api_key_prefix"
PLATFORM = "app.platform"

OWNER = "owner"
"""Alias of the tables' owner, who migrates, and does what the application role may not."""

REPLICA = "replica"
"""Alias of the server that may answer reads of the index; not there unless it is set."""

_tenant: ContextVar[UUID | None] = ContextVar("tenant", default=None)
_alias: ContextVar[str] = ContextVar("alias", default=DEFAULT_DB_ALIAS)
_told: ContextVar[Mapping[str, str]] = ContextVar("told", default=MappingProxyType({}))


class UnscopedRead(DomainError):
    """Tenant-owned rows were asked for outside `tenant_transaction`: open one for the tenant meant."""

    code = "internal_error"


class TenantMismatch(DomainError):
    """A scope for one tenant was opened inside another's: close the first."""

    code = "internal_error"


def current_tenant_id() -> UUID:
    """The tenant of the open scope. Raises UnscopedRead where there is none."""
    tenant_id = _tenant.get()
    if tenant_id is None:
        raise UnscopedRead("Tenant-owned rows were read outside a tenant's transaction.")
    return tenant_id


def scope_alias() -> str:
    """Of the server that the open scope reads from."""
    return _alias.get()


def scope_connection() -> BaseDatabaseWrapper:
    """The same server's connection, for statements that read what a replica may answer."""
    return connections[_alias.get()]


@contextmanager
def tenant_transaction(tenant_id: UUID, *, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """One transaction that sees and writes only this tenant's rows. Nests for the same tenant as a savepoint.

    `using` REPLICA reads, by the ORM and `scope_connection`, from there: see `schema_index.indexing.index_replica`.
    """
    outer = _tenant.get()
    if outer is not None and outer != tenant_id:
        raise TenantMismatch("A transaction of one tenant was opened inside another's.")
    # Within a scope of its own the server has been told already.
    is_told = outer is not None and _alias.get() == using and connections[using].in_atomic_block
    token, server = _tenant.set(tenant_id), _alias.set(using)
    try:
        with transaction.atomic(using=using) if is_told else _settings({TENANT: str(tenant_id)}, using=using):
            yield
    finally:
        _alias.reset(server)
        _tenant.reset(token)


@contextmanager
def tenant_scope(tenant_id: UUID) -> Iterator[None]:
    """The open transaction of this tenant, else one of its own: for reads, of which several share one. What fails in
    here fails the whole transaction."""
    is_open = _alias.get() == DEFAULT_DB_ALIAS and connections[DEFAULT_DB_ALIAS].in_atomic_block
    if is_open and _tenant.get() == tenant_id:
        yield
    else:
        with tenant_transaction(tenant_id):
            yield


@contextmanager
def identity_transaction(*, user_id: int | None = None, api_key_prefix: str | None = None) -> Iterator[None]:
    """Before the tenant is known: sees the memberships of one user, or the one key with this prefix and its tenant."""
    with _settings({USER: str(user_id or ""), API_KEY_PREFIX: api_key_prefix or ""}):
        yield


@contextmanager
def owner_transaction(tenant_id: UUID) -> Iterator[CursorWrapper]:
    """The owner's, in the tenant's own scope: row-level security binds the owner too. Ends the connection.

    Raises OperationalError where the owner cannot connect from here.
    """
    owner = connections[OWNER]
    try:
        with transaction.atomic(using=OWNER), owner.cursor() as cursor:
            cursor.execute("SELECT set_config(%s, %s, true)", [TENANT, str(tenant_id)])
            yield cursor
    finally:
        owner.close()


@contextmanager
def platform_transaction() -> Iterator[None]:
    """For the platform's own work: sees which tenants exist, and nothing that they own."""
    with _settings({PLATFORM: "on"}):
        yield


def told_at_begin() -> Mapping[str, str]:
    """Settings that a transaction which begins now is to have: `tenants.postgres` sends them with its BEGIN."""
    return _told.get()


@contextmanager
def _settings(values: Mapping[str, str], *, using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    if connections[using].in_atomic_block:
        with transaction.atomic(using=using):
            before = _exchange(values, using=using)
            yield
            # Only reached on success: a failed block is rolled back, and its settings with it. The enclosing one goes
            # on, so that it must find what it had.
            _exchange(before, using=using)
        return
    with ExitStack() as begun:
        token = _told.set(values)
        try:
            begun.enter_context(transaction.atomic(using=using))
        finally:
            _told.reset(token)
        yield


def _exchange(values: Mapping[str, str], *, using: str) -> dict[str, str]:
    """Sets them all in one statement; gives what they were."""
    told = [f"coalesce(current_setting('{name}', true), ''), set_config('{name}', %s, true)" for name in values]
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT {', '.join(told)}", list(values.values()))
        return dict(zip(values, cursor.fetchone()[::2], strict=True))
