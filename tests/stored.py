"""What a tenant has stored, read and changed in its scope."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings
from django.db.models import Model

from schema_index.access import policies
from schema_index.knowledge import knowledge
from schema_index.models import DataSource, Document, FaqEntry
from tenants.context import platform_transaction, tenant_transaction
from tenants.models import Tenant
from tenants.roles import Role

Row = TypeVar("Row", bound=Model)


def only_row(model: type[Row], tenant_id: UUID, **which: Any) -> Row:
    """Of the tenant's own."""
    with tenant_transaction(tenant_id):
        return model._default_manager.get(**which)


def all_rows(model: type[Row], tenant_id: UUID, **which: Any) -> list[Row]:
    with tenant_transaction(tenant_id):
        return list(model._default_manager.filter(**which))


def reread(source: DataSource) -> DataSource:
    with tenant_transaction(source.tenant_id):
        return DataSource.objects.select_related("snapshot").get(id=source.id)


def alter(source: DataSource, script: str) -> None:
    """Runs the script in the source's own SQLite database."""
    folder: Path = settings.ENVIRONMENT.files_root / str(source.tenant_id)
    with closing(sqlite3.connect(folder / source.database)) as file:
        file.executescript(f"PRAGMA synchronous = OFF; {script}")


def save_faq(tenant_id: UUID, question: str, answer: str, *, actor: str = "system:test", **fields: Any) -> FaqEntry:
    with tenant_transaction(tenant_id):
        return knowledge.save_faq(question=question, answer=answer, actor=actor, **fields)


def save_document(tenant_id: UUID, title: str, text: str, *, actor: str = "system:test", **fields: Any) -> Document:
    with tenant_transaction(tenant_id):
        return knowledge.save_document(title=title, text=text, actor=actor, **fields)


def set_policy(source: DataSource, role: Role | str, document: Mapping[str, Any] | None) -> None:
    with tenant_transaction(source.tenant_id):
        policies.save(source, role=role, document=document, actor="system:test")


def change_tenant(tenant: Tenant, **values: Any) -> None:
    """As the platform, which alone may."""
    with platform_transaction():
        Tenant.objects.filter(id=tenant.id).update(**values)
