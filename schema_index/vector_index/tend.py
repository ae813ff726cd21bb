"""Brings a tenant's vector indexes to what `advice` says, as the tables' owner, one build at a time.

Nothing is locked against readers or writers: indexes are built, rebuilt and dropped CONCURRENTLY. Safe to run twice,
and to be killed: PostgreSQL leaves an invalid index behind, which the next run drops.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import UUID

from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from psycopg import errors, sql

from schema_index.vector_index.advice import Action, SpaceIndex, advise_space
from schema_index.vector_index.measure import table_of, tenant_state, vector_indexes
from schema_index.vector_index.partial_index import (
    PREFIX,
    build_memory_mb,
    build_workers,
    create_statement,
    drop_statement,
    index_name,
    reindex_statement,
)
from tenants.context import OWNER
from tenants.domain_error import DomainError

BUILDER_LOCK = 0x766563746F7273
"""`vectors` in hexadecimal. Held by a session while it builds: two builds at once would take memory and cores twice."""

LOCK_TIMEOUT_S = 60
"""For the moments when CONCURRENTLY waits for transactions that were open before it."""

BUILD_TIMEOUT_S = 780
"""Under a task's own bound. `manage.py build_indexes --timeout` allows more for millions of vectors."""


class IndexBuildFailed(DomainError):
    """A build did not end in its time, or the owner's connection does not work: run `manage.py build_indexes`."""

    code = "internal_error"
    retryable = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """`is_busy` when another process is building: ask again later."""

    actions: tuple[tuple[Action, str], ...] = ()
    is_busy: bool = False


def tend(
    tenant_id: UUID,
    *,
    timeout_s: int = BUILD_TIMEOUT_S,
    report: Callable[[Action, SpaceIndex], None] = lambda _action, _state: None,
) -> Done:
    """Builds, rebuilds or drops the tenant's indexes; `report` hears of each before it begins.

    Must be called outside a transaction. Raises IndexBuildFailed.
    """
    try:
        with _builder(timeout_s) as owner:
            if owner is None:
                return Done(is_busy=True)
            return Done(actions=(*_drop_leftovers(owner), *_tend(owner, tenant_id, report)))
    except OperationalError as error:
        if isinstance(error.__cause__, errors.QueryCanceled | errors.LockNotAvailable):
            raise IndexBuildFailed(
                "The vector index was not built in its time, or waited too long for an open transaction: run "
                "`manage.py build_indexes`, with a larger --timeout if need be."
            ) from None
        raise IndexBuildFailed(
            "The tables' owner cannot connect, so that vector indexes are not built: check DATABASE_OWNER_URL."
        ) from None


def drop_indexes(tenant_id: UUID, *, timeout_s: int = BUILD_TIMEOUT_S) -> int:
    """All of the tenant's, for its end; how many there were. Must be called outside a transaction.

    Raises IndexBuildFailed, also while another build is under way: then ask again later.
    """
    try:
        with _builder(timeout_s) as owner:
            if owner is None:
                raise IndexBuildFailed("Another vector index is being built: try again when it is done.")
            names = [one.name for one in vector_indexes() if one.name.startswith(f"{PREFIX}{tenant_id.hex}_")]
            for name in names:
                _execute(owner, drop_statement(name))
            return len(names)
    except OperationalError:
        raise IndexBuildFailed(
            "The tables' owner cannot connect or waited too long, so that its indexes are not dropped: check "
            "DATABASE_OWNER_URL."
        ) from None


def _tend(
    owner: BaseDatabaseWrapper, tenant_id: UUID, report: Callable[[Action, SpaceIndex], None]
) -> Iterator[tuple[Action, str]]:
    indexes = vector_indexes()
    spaces = tenant_state(tenant_id, indexes=indexes).spaces
    for space in spaces:
        action = advise_space(space).action
        name = index_name(tenant_id, space)
        if action not in (Action.BUILD, Action.REINDEX, Action.DROP):
            continue
        report(action, space)
        if action is Action.DROP:
            _execute(owner, drop_statement(name))
        else:
            _allow(owner, vectors=space.vectors, dimension=space.dimension)
            is_new = action is Action.BUILD
            create = (
                create_statement(tenant_id, space, table=table_of(tenant_id)) if is_new else reindex_statement(name)
            )
            _execute(owner, create)
        yield action, name
    kept = {index_name(tenant_id, space) for space in spaces}
    for index in indexes:
        if index.is_valid and index.name.startswith(f"{PREFIX}{tenant_id.hex}_") and index.name not in kept:
            _execute(owner, drop_statement(index.name))
            yield Action.DROP, index.name


def _drop_leftovers(owner: BaseDatabaseWrapper) -> Iterator[tuple[Action, str]]:
    """Whoever holds the lock is the only builder, so that every invalid index is an interrupted build's."""
    for index in vector_indexes():
        if not index.is_valid:
            _execute(owner, drop_statement(index.name))
            yield Action.DROP, index.name


@contextmanager
def _builder(timeout_s: int) -> Iterator[BaseDatabaseWrapper | None]:
    """The owner's connection with the lock and its bounds, or None while another session has the lock."""
    owner = connections[OWNER]
    with owner.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [BUILDER_LOCK])
        if not cursor.fetchone()[0]:
            yield None
            return
        cursor.execute(
            "SELECT set_config('lock_timeout', %s, false), set_config('statement_timeout', %s, false)",
            [f"{LOCK_TIMEOUT_S}s", f"{timeout_s}s"],
        )
    try:
        yield owner
        with owner.cursor() as cursor:
            # A closed connection's server process may hold it for a moment longer, and the next builder find it taken.
            cursor.execute("SELECT pg_advisory_unlock(%s)", [BUILDER_LOCK])
    finally:
        # Ends the session's settings with it, and its lock after a failure.
        owner.close()


def _allow(owner: BaseDatabaseWrapper, *, vectors: int, dimension: int) -> None:
    with owner.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('maintenance_work_mem', %s, false), "
            "set_config('max_parallel_maintenance_workers', %s, false)",
            [f"{build_memory_mb(vectors=vectors, dimension=dimension)}MB", str(build_workers(vectors))],
        )


def _execute(owner: BaseDatabaseWrapper, statement: sql.Composed) -> None:
    with owner.cursor() as cursor:
        cursor.execute(statement.as_string(None))
