"""Sources that many tests sync alike are read, stored and embedded by the product once, and copied row by row after.

A copy has ids of its own, and is written through the application's role like anything else. It is the tenant's first:
rows of the tenant that stood there before are not part of it.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.apps import apps
from django.db import connection

from schema_index.models import DataSource
from tenants.context import tenant_transaction
from tenants.models import Tenant, TenantOwned

_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")

_TABLES = [model._meta.db_table for model in apps.get_models() if issubclass(model, TenantOwned)]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedSource:
    """`rows` of each table, as JSON."""

    tenant_id: UUID
    source_id: UUID
    rows: Sequence[tuple[str, str]]

    @classmethod
    def of(cls, tenant: Tenant, make: Callable[[], DataSource]) -> "RecordedSource":
        """What `make` leaves behind."""
        with tenant_transaction(tenant.id):
            before = {id_ for _, text in _rows() for id_ in _ids(text)}
        source = make()
        with tenant_transaction(tenant.id):
            added = [(table, [row for row in json.loads(text) if row["id"] not in before]) for table, text in _rows()]
        rows = [(table, json.dumps(added_rows)) for table, added_rows in added if added_rows]
        return cls(tenant_id=tenant.id, source_id=source.id, rows=rows)

    def copied(self, tenant: Tenant) -> UUID:
        """The new source's id."""
        ids = {str(self.tenant_id): str(tenant.id)}

        def own(found: re.Match[str]) -> str:
            return ids.setdefault(found[0], str(uuid4()))

        statements = [
            f'INSERT INTO "{table}" SELECT * FROM jsonb_populate_recordset(NULL::"{table}", %s);'
            for table, _ in self.rows
        ]
        with tenant_transaction(tenant.id), connection.cursor() as cursor:
            # Rows that name each other come in any order: foreign keys are looked at when the transaction ends.
            cursor.execute("".join(statements), [_UUID.sub(own, text) for _, text in self.rows])
        return UUID(ids[str(self.source_id)])


_RECORDED: dict[object, RecordedSource] = {}


def made_once(key: object, tenant: Tenant, make: Callable[[], DataSource]) -> DataSource:
    """What `make` gives the tenant: by the product for the first with this key in a test process, then copied."""
    if key in _RECORDED:
        source_id = _RECORDED[key].copied(tenant)
    else:
        _RECORDED[key] = RecordedSource.of(tenant, make)
        source_id = _RECORDED[key].source_id
    with tenant_transaction(tenant.id):
        return DataSource.objects.select_related("snapshot").get(id=source_id)


def _rows() -> list[tuple[str, str]]:
    with connection.cursor() as cursor:
        found = []
        for table in _TABLES:
            cursor.execute(f"SELECT coalesce(jsonb_agg(to_jsonb(one)), '[]')::text FROM \"{table}\" AS one")
            found.append((table, cursor.fetchone()[0]))
    return found


def _ids(text: str) -> list[str]:
    return [row["id"] for row in json.loads(text)]
