"""Whose rows the current code may touch. Row-level security reads these settings; managers refuse without them.

Each scope is one transaction with transaction-local settings, so that nothing outlives it in a pooled connection.
Source: PostgreSQL's `set_config(name, value, is_local := true)`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from uuid import UUID

from django.db import connection, transaction

from tenants.domain_error import DomainError

TENANT = "app.tenant_id"
USER = "app.user_id"
API_KEY_PREFIX = "app.api_key_prefix"
PLATFORM = "app.platform"

_tenant: ContextVar[UUID | None] = ContextVar("tenant", default=None)


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


@contextmanager
def tenant_transaction(tenant_id: UUID) -> Iterator[None]:
    """One transaction that sees and writes only this tenant's rows. Nests for the same tenant as a savepoint."""
    outer = _tenant.get()
    if outer is not None and outer != tenant_id:
        raise TenantMismatch("A transaction of one tenant was opened inside another's.")
    token = _tenant.set(tenant_id)
    try:
        with _settings({TENANT: str(tenant_id)}):
            yield
    finally:
        _tenant.reset(token)


@contextmanager
def identity_transaction(*, user_id: int | None = None, api_key_prefix: str | None = None) -> Iterator[None]:
    """Before the tenant is known: sees the memberships of one user, or the one key with this prefix."""
    with _settings({USER: str(user_id or ""), API_KEY_PREFIX: api_key_prefix or ""}):
        yield


@contextmanager
def platform_transaction() -> Iterator[None]:
    """For the platform's own work: sees which tenants exist, and nothing that they own."""
    with _settings({PLATFORM: "on"}):
        yield


@contextmanager
def _settings(values: Mapping[str, str]) -> Iterator[None]:
    is_nested = connection.in_atomic_block
    with transaction.atomic():
        before = _exchange(values)
        yield
        # Only reached on success: a failed block is rolled back, and its settings with it, as they end with a
        # transaction of their own. An enclosing one goes on, so that it must find what it had.
        if is_nested:
            _exchange(before)


def _exchange(values: Mapping[str, str]) -> dict[str, str]:
    before: dict[str, str] = {}
    with connection.cursor() as cursor:
        for name, value in values.items():
            cursor.execute(
                "SELECT coalesce(current_setting(%s, true), ''), set_config(%s, %s, true)", [name, name, value]
            )
            before[name] = cursor.fetchone()[0]
    return before
