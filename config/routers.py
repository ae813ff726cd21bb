"""Reads and writes go through the application role; only migrations use the owner. A scope may read from a replica."""

from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model

from tenants.context import REPLICA, scope_alias


class OwnerMigrates:
    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == "owner"


class ScopeReads:
    """None leaves the choice to Django: where an object came from, else the primary."""

    def db_for_read(self, model: type[Model], **hints: Any) -> str | None:
        return REPLICA if scope_alias() == REPLICA else self._primary(hints)

    def db_for_write(self, model: type[Model], **hints: Any) -> str | None:
        return self._primary(hints)

    def _primary(self, hints: dict[str, Any]) -> str | None:
        """For what was read from the replica and outlived its scope."""
        instance = hints.get("instance")
        return DEFAULT_DB_ALIAS if instance is not None and instance._state.db == REPLICA else None
