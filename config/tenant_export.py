"""Writes all that a tenant owns into one ZIP file: JSON lines a table, and a manifest that says what was left out."""

import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction

from tenants.checks import tenant_owned_models
from tenants.context import tenant_transaction
from tenants.models import Membership, Tenant, User

ROWS_AT_ONCE = 500

SECRETS = ("digest", "encrypted_password", "encrypted_key")
"""Columns that open something. Their rows are exported without them."""

DERIVED = {
    "schema_index_chunkembedding": "computed from the chunks; embedding them again gives the same vectors",
    "schema_index_chunkwords": "the same of its words",
    "schema_index_wordfrequencies": "counted from those words",
    "schema_index_indexversion": "how often what questions read was changed",
    "schema_index_embeddingclaim": "which worker is at work on what",
}


def export_tenant(tenant: Tenant, *, path: Path) -> dict[str, int]:
    """Rows written, by table: one state of them all, read in one transaction.

    Raises FileExistsError: an earlier export is not replaced.
    """
    rows: dict[str, int] = {}
    with path.open("xb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive, transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        with tenant_transaction(tenant.id):
            for model in tenant_owned_models():
                table = model._meta.db_table
                if table not in DERIVED:
                    rows[table] = _write(archive, f"{table}.jsonl", _rows_of(model))
            rows["people"] = _write(archive, "people.jsonl", _people())
        archive.writestr("manifest.json", json.dumps(_manifest(tenant, rows), indent=2))
    return rows


def _write(archive: zipfile.ZipFile, name: str, rows: Iterator[dict[str, Any]]) -> int:
    count = 0
    with archive.open(name, "w") as raw, TextIOWrapper(raw, encoding="utf-8") as lines:
        for row in rows:
            lines.write(json.dumps(row, ensure_ascii=False, default=_readable) + "\n")
            count += 1
    return count


def _rows_of(model: type[models.Model]) -> Iterator[dict[str, Any]]:
    names = [field.attname for field in model._meta.concrete_fields if field.attname not in SECRETS]
    yield from model._default_manager.order_by("pk").values(*names).iterator(chunk_size=ROWS_AT_ONCE)


def _people() -> Iterator[dict[str, Any]]:
    """Who belongs to the tenant: people's accounts stand above tenants."""
    roles = dict(Membership.objects.values_list("user_id", "role"))
    for person in User.objects.filter(id__in=roles).order_by("id"):
        yield {"id": person.pk, "username": person.username, "email": person.email, "role": roles[person.pk]}


def _manifest(tenant: Tenant, rows: dict[str, int]) -> dict[str, Any]:
    return {
        "tenant": {"id": str(tenant.id), "slug": tenant.slug, "name": tenant.name, "time_zone": tenant.time_zone},
        "exported_at": datetime.now(UTC).isoformat(),
        "rows": rows,
        "left_out": {**DERIVED, "columns": f"secrets: {', '.join(SECRETS)}"},
    }


def _readable(value: object) -> str:
    """What JSON has no word for."""
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return str(value)
