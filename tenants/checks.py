"""System checks: every tenant-owned model fails closed, and its table forces row-level security."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core import checks
from django.db import connections

from tenants.confinement import RoleBypassesIsolation, why_not_confined
from tenants.models.tenant_owned import TenantManager, TenantOwned


def tenant_owned_models() -> list[type[TenantOwned]]:
    return [model for model in apps.get_models() if issubclass(model, TenantOwned)]


def managers_fail_closed(app_configs: Sequence[AppConfig] | None, **_: Any) -> list[checks.CheckMessage]:
    return [
        checks.Error(
            f"{model.__name__}'s default manager reads across tenants.",
            hint="Use tenants.models.TenantManager.",
            obj=model,
            id="tenants.E001",
        )
        for model in tenant_owned_models()
        if not isinstance(model._default_manager, TenantManager)
    ]


def role_is_confined(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **_: Any,
) -> list[checks.CheckMessage]:
    if "default" not in (databases or ()):
        return []
    try:
        reason = why_not_confined(connections["default"])
    except RoleBypassesIsolation as error:
        reason = error.message
    return [checks.Critical(reason, id="tenants.C001")] if reason else []


def tables_force_row_level_security(
    app_configs: Sequence[AppConfig] | None,
    databases: Sequence[str] | None = None,
    **_: Any,
) -> list[checks.CheckMessage]:
    if "default" not in (databases or ()):
        return []
    tables = [model._meta.db_table for model in tenant_owned_models()]
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND relkind IN ('r', 'p') "
            "AND NOT (relrowsecurity AND relforcerowsecurity)",
            [tables],
        )
        open_tables = sorted(row[0] for row in cursor.fetchall())
    return [
        checks.Critical(
            f"Table {table} does not force row-level security.",
            hint="Add tenants.rls.ForceRowLevelSecurity to a migration of its app.",
            id="tenants.C002",
        )
        for table in open_tables
    ]


def register() -> None:
    checks.register(managers_fail_closed)
    checks.register(role_is_confined, checks.Tags.database)
    checks.register(tables_force_row_level_security, checks.Tags.database)
