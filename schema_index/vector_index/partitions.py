"""Cuts the table of vectors into hash partitions by tenant, or makes one table of it again, by the same steps.

Both are a copy into a table of the other shape and a change of names, in one transaction of the tables' owner.
Questions read the old table until the names change; what writes vectors or texts waits. Whatever fails leaves all as it
was. What hangs on the table is read from the database's own catalogue, so that later migrations are not forgotten;
vector indexes are left to `tend`, and searches are exact until it has built them.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, connections, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import errors, sql

from schema_index.vector_index.partial_index import PREFIX, TABLE
from tenants.context import OWNER, PLATFORM, TENANT
from tenants.domain_error import DomainError
from tenants.rls import may_update, row_level_security

MAX_PARTITIONS = 256
"""Each is a file or more, and a lock of every statement that does not name a tenant."""

LOCK_TIMEOUT_S = 60
SWAP_TRIES, SWAP_TIMEOUT_S, SWAP_PAUSE_S = 60, 1, 1
"""Nobody can begin to read while the change of names waits for those who read: it waits a second, and tries again."""

DRAFT = f"{TABLE}__new"

Progress = Callable[[int, int, str], None]

# Foreign keys come first: rows are checked one by one as they arrive, since row-level security would hide the others'
# rows from a check of the whole table.
_FOREIGN_KEYS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = to_regclass(%s) AND contype = 'f' AND conparentid = 0 ORDER BY conname
"""
_KEYS = """
SELECT conname, contype, pg_get_constraintdef(oid) FROM pg_constraint
WHERE conrelid = to_regclass(%s) AND contype IN ('p', 'u') ORDER BY conname
"""
_INDEXES = """
SELECT c.relname, pg_get_indexdef(c.oid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
WHERE i.indrelid = to_regclass(%s) AND NOT starts_with(c.relname, %s)
  AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = c.oid AND conrelid = i.indrelid) ORDER BY c.relname
"""
_TRIGGERS = """
SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND NOT tgisinternal ORDER BY tgname
"""


class PartitioningFailed(DomainError):
    """Nothing was changed: the owner cannot connect, or somebody holds the table for longer than is waited."""

    code = "internal_error"
    retryable = True


def repartition(partitions: int, *, progress: Progress = lambda _done, _total, _name: None) -> int:
    """Into so many, or into one table for 0; how many rows were copied. `progress` hears of tenants.

    Raises PartitioningFailed.
    """
    if not 0 <= partitions <= MAX_PARTITIONS or partitions == 1:
        raise ValueError(f"{partitions} partitions")
    with _as_owner() as cursor:
        # In the order in which a sync takes them. Reading goes on.
        cursor.execute(f"LOCK TABLE tenants_tenant, schema_index_chunk, {TABLE} IN SHARE ROW EXCLUSIVE MODE")
        _create(cursor, partitions)
        copied = _copy(cursor, progress)
        indexes = _index(cursor, by_tenant=partitions > 0)
        triggers = [statement for (statement,) in _found(cursor, _TRIGGERS)]
        _wait_for_readers(cursor)
        cursor.execute(f"DROP TABLE {TABLE}")
        cursor.execute(f"ALTER TABLE {DRAFT} RENAME TO {TABLE}")
        for draft, name in indexes:
            _execute(cursor, "ALTER INDEX {} RENAME TO {}", draft, name)
        for number in range(partitions):
            cursor.execute(f"ALTER TABLE {_partition(DRAFT, number)} RENAME TO {_partition(TABLE, number)}")
        for trigger in triggers:
            cursor.execute(trigger)
    with _as_owner() as cursor:
        cursor.execute(f"ANALYZE {TABLE}")
    return copied


def _create(cursor: CursorWrapper, partitions: int) -> None:
    like = f"CREATE TABLE {DRAFT} (LIKE {TABLE} INCLUDING ALL EXCLUDING INDEXES EXCLUDING STATISTICS)"
    cursor.execute(f"{like} PARTITION BY HASH (tenant_id)" if partitions else like)
    app = settings.DATABASES["default"]["USER"]
    for number in range(partitions):
        name = _partition(DRAFT, number)
        bound = f"FOR VALUES WITH (MODULUS {partitions}, REMAINDER {number})"
        cursor.execute(f"CREATE TABLE {name} PARTITION OF {DRAFT} {bound}")
        # Nobody reads it but through the table, whose policies hold then: it has none, which hides every row.
        _execute(cursor, "REVOKE ALL ON {} FROM {}", name, app)
        cursor.execute(f"ALTER TABLE {name} ENABLE ROW LEVEL SECURITY")
        cursor.execute(f"ALTER TABLE {name} FORCE ROW LEVEL SECURITY")
    _execute(cursor, "GRANT SELECT, INSERT, UPDATE, DELETE ON {} TO {}", DRAFT, app)
    for name, definition in _found(cursor, _FOREIGN_KEYS):
        _execute(cursor, f"ALTER TABLE {DRAFT} ADD CONSTRAINT {{}} {definition}", name)
    for statement in (*row_level_security(DRAFT), may_update(DRAFT), "SET CONSTRAINTS ALL IMMEDIATE"):
        cursor.execute(statement)


def _copy(cursor: CursorWrapper, progress: Progress) -> int:
    """Tenant by tenant, since row-level security binds the owner too. No row is without one."""
    cursor.execute("SELECT set_config(%s, 'on', true)", [PLATFORM])
    cursor.execute("SELECT id, slug FROM tenants_tenant ORDER BY id")
    tenants: list[tuple[UUID, str]] = cursor.fetchall()
    copied = 0
    for number, (tenant_id, slug) in enumerate(tenants, start=1):
        cursor.execute("SELECT set_config(%s, %s, true)", [TENANT, str(tenant_id)])
        cursor.execute(f"INSERT INTO {DRAFT} SELECT * FROM {TABLE} WHERE tenant_id = %s", [tenant_id])  # noqa: S608
        copied += cursor.rowcount
        progress(number, len(tenants), slug)
    return copied


def _index(cursor: CursorWrapper, *, by_tenant: bool) -> list[tuple[str, str]]:
    """Names as they are made, and as they are to be: the old table has those still."""
    names: list[tuple[str, str]] = []
    primary = "PRIMARY KEY (tenant_id, id)" if by_tenant else "PRIMARY KEY (id)"
    for name, kind, definition in _found(cursor, _KEYS):
        key = primary if kind == "p" else definition
        _execute(cursor, f"ALTER TABLE {DRAFT} ADD CONSTRAINT {{}} {key}", _draft(name))
        names.append((_draft(name), name))
    for name, definition in _found(cursor, _INDEXES, PREFIX):
        how = definition.partition(" USING ")[2]
        _execute(cursor, f"CREATE INDEX {{}} ON {DRAFT} USING {how}", _draft(name))
        names.append((_draft(name), name))
    return names


def _wait_for_readers(cursor: CursorWrapper) -> None:
    cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{SWAP_TIMEOUT_S}s"])
    for again in reversed(range(SWAP_TRIES)):
        try:
            with transaction.atomic(using=OWNER):
                cursor.execute(f"LOCK TABLE {TABLE} IN ACCESS EXCLUSIVE MODE")
            return
        except OperationalError as error:
            if not again or not isinstance(error.__cause__, errors.LockNotAvailable):
                raise
        time.sleep(SWAP_PAUSE_S)


@contextmanager
def _as_owner() -> Iterator[CursorWrapper]:
    owner = connections[OWNER]
    try:
        with transaction.atomic(using=OWNER), owner.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{LOCK_TIMEOUT_S}s"])
            yield cursor
    except OperationalError as error:
        if isinstance(error.__cause__, errors.LockNotAvailable | errors.DeadlockDetected):
            raise PartitioningFailed("Nothing was changed: a long transaction holds the table. Try again.") from None
        raise PartitioningFailed(
            "Nothing was changed: the tables' owner cannot connect, or was cut off. Check DATABASE_OWNER_URL."
        ) from None
    finally:
        owner.close()


def _found(cursor: CursorWrapper, query: str, *values: str) -> list[tuple[str, ...]]:
    cursor.execute(query, [TABLE, *values])
    rows: list[tuple[str, ...]] = cursor.fetchall()
    return rows


def _execute(cursor: CursorWrapper, statement: str, *names: str) -> None:
    cursor.execute(sql.SQL(statement).format(*map(sql.Identifier, names)).as_string(None))


def _partition(table: str, number: int) -> str:
    return f"{table}_p{number}"


def _draft(name: str) -> str:
    """Beside the old one until that is gone. PostgreSQL's names have 63 bytes."""
    return f"new__{name}"[:63]
