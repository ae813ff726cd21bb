"""Deletes a tenant with all that it owns, and proves that nothing is left in the database.

Rows go as the tables' owner: the application role may not delete audit events, and indexes are the owner's.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Q

from schema_index.vector_index.tend import drop_indexes
from tenants.context import identity_transaction, owner_transaction, tenant_transaction
from tenants.domain_error import DomainError
from tenants.models import Membership, Tenant, User

SESSIONS_AT_ONCE = 500

_TABLES = """
SELECT c.relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relnamespace = current_schema()::regnamespace
ORDER BY c.relname
"""


class DeletionFailed(DomainError):
    """Rows are left, or the owner cannot connect; nothing was deleted. The message says what to mend."""

    code = "internal_error"


@dataclass(frozen=True, slots=True, kw_only=True)
class Deleted:
    """`rows` by table; `people` had no other tenant; `files` are of the tenant's own folder."""

    rows: dict[str, int]
    indexes: int
    people: int
    sessions: int
    files: int


def delete_tenant(tenant: Tenant) -> Deleted:
    """Suspends first, so that nothing new begins; what is under way ends in an error of its own.

    Interrupted, it can be run again. Raises DeletionFailed or IndexBuildFailed.
    """
    with tenant_transaction(tenant.id):
        Tenant.objects.filter(id=tenant.id).update(is_suspended=True)
        members = list(Membership.objects.values_list("user_id", flat=True))
    # First: with it, every deleted row would be taken out of a graph.
    indexes = drop_indexes(tenant.id)
    rows = _delete_rows(tenant.id)
    gone = [user_id for user_id in members if _belongs_nowhere(user_id)]
    sessions = _end_sessions(frozenset(gone), tenant_id=tenant.id)
    for user_id in gone:
        _delete_person(user_id)
    files = _delete_files(settings.ENVIRONMENT.files_root / str(tenant.id))
    return Deleted(rows=rows, indexes=indexes, people=len(gone), sessions=sessions, files=files)


def _delete_rows(tenant_id: UUID) -> dict[str, int]:
    """In one transaction, which is not committed unless every table was then read and is empty of the tenant.

    Foreign keys are checked at its end, so that the order does not matter.
    """
    with _as_owner(tenant_id) as cursor:
        cursor.execute(_TABLES)
        tables = [name for (name,) in cursor.fetchall()]
        rows = {table: _delete(cursor, table, tenant_id) for table in tables}
        rows["tenants_tenant"] = _delete(cursor, "tenants_tenant", tenant_id, column="id")
        left = [table for table in tables if _has_rows(cursor, table, tenant_id)]
        if left:
            raise DeletionFailed(f"Nothing was deleted: rows of the tenant would be left in {', '.join(left)}.")
    return rows


@contextmanager
def _as_owner(tenant_id: UUID) -> Iterator[CursorWrapper]:
    try:
        with owner_transaction(tenant_id) as cursor:
            yield cursor
    except OperationalError:
        raise DeletionFailed(
            "The tables' owner cannot connect, so that nothing was deleted: set DATABASE_OWNER_URL to its address."
        ) from None


def _delete(cursor: CursorWrapper, table: str, tenant_id: UUID, *, column: str = "tenant_id") -> int:
    cursor.execute(f'DELETE FROM "{table}" WHERE "{column}" = %s', [tenant_id])  # noqa: S608  names of our own tables
    return int(cursor.rowcount)


def _has_rows(cursor: CursorWrapper, table: str, tenant_id: UUID) -> bool:
    cursor.execute(f'SELECT EXISTS (SELECT 1 FROM "{table}" WHERE tenant_id = %s)', [tenant_id])  # noqa: S608
    return bool(cursor.fetchone()[0])


def _belongs_nowhere(user_id: int) -> bool:
    """Neither to another tenant nor to the platform."""
    with identity_transaction(user_id=user_id):
        if Membership.before_tenant.filter(user_id=user_id).exists():
            return False
    return not User.objects.filter(id=user_id, is_staff=True).exists()


def _delete_person(user_id: int) -> None:
    """Where another tenant's rows still name them, as the maker of a key, an empty account stays in their place."""
    person = User.objects.filter(id=user_id)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            about = Q(content_type=ContentType.objects.get_for_model(User), object_id=str(user_id))
            LogEntry.objects.filter(Q(user_id=user_id) | about).delete()
            User.groups.through.objects.filter(user_id=user_id).delete()
            User.user_permissions.through.objects.filter(user_id=user_id).delete()
            # The ORM would look for their memberships, which no scope is open for; the database looks itself.
            person._raw_delete(person.db)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except IntegrityError:
        person.update(
            username=f"deleted-{user_id}", email="", first_name="", last_name="", password="", is_active=False
        )


def _end_sessions(user_ids: frozenset[int], *, tenant_id: UUID) -> int:
    """Of those people, of whoever last looked at the tenant, which sessions remember, and those that no key opens any
    more, which are of no use and might."""
    ended = 0
    for session in Session.objects.iterator(chunk_size=SESSIONS_AT_ONCE):
        values = session.get_decoded()
        if not values or int(values.get("_auth_user_id", 0)) in user_ids or str(tenant_id) in values.values():
            session.delete()
            ended += 1
    return ended


def _delete_files(folder: Path) -> int:
    if not folder.is_dir():
        return 0
    files = sum(1 for path in folder.rglob("*") if path.is_file())
    shutil.rmtree(folder)
    return files
