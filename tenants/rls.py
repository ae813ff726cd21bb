"""The migration operation that makes a table tenant-owned in the database itself, not only in the ORM."""

from typing import Any

from django.conf import settings
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState

# `set_config(..., true)` leaves '' behind once its transaction is over, hence nullif: no tenant, no rows.
OWN_TENANT = "tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid"


def row_level_security(table: str, *, own: str = OWN_TENANT, visible: str = "") -> list[str]:
    """Statements that force it on a table, whose name is quoted. `visible` is what may be read, unless only `own`."""
    return [
        f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
        f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
        f"CREATE POLICY tenant_reads ON {table} FOR SELECT USING ({visible or own})",
        f"CREATE POLICY tenant_inserts ON {table} FOR INSERT WITH CHECK ({own})",
        f"CREATE POLICY tenant_deletes ON {table} FOR DELETE USING ({own})",
    ]


def may_update(table: str, *, own: str = OWN_TENANT) -> str:
    return f"CREATE POLICY tenant_updates ON {table} FOR UPDATE USING ({own}) WITH CHECK ({own})"


class ForceRowLevelSecurity(Operation):
    """FORCE row-level security on a model's table, so that it binds the table's owner too.

    `also_visible` widens reading, never writing, for the moment when only a user or key is known.
    `append_only` leaves the application role no UPDATE or DELETE; the owner may delete a tenant's rows with the tenant.
    """

    reversible = True

    def __init__(
        self, model_name: str, *, own: str = OWN_TENANT, also_visible: str = "", append_only: bool = False
    ) -> None:
        self.model_name = model_name
        self.own = own
        self.also_visible = also_visible
        self.append_only = append_only

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        keywords = {"own": self.own, "also_visible": self.also_visible, "append_only": self.append_only}
        return (type(self).__name__, [self.model_name], keywords)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """The model's state does not change."""

    def database_forwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        table = self._table(app_label, schema_editor, to_state)
        visible = f"({self.own}) OR ({self.also_visible})" if self.also_visible else self.own
        statements = row_level_security(table, own=self.own, visible=visible)
        if self.append_only:
            role = schema_editor.quote_name(settings.DATABASES["default"]["USER"])
            statements.append(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {role}")
        else:
            statements.append(may_update(table, own=self.own))
        for statement in statements:
            schema_editor.execute(statement)

    def database_backwards(
        self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        table = self._table(app_label, schema_editor, from_state)
        for policy in ("tenant_reads", "tenant_inserts", "tenant_updates", "tenant_deletes"):
            schema_editor.execute(f"DROP POLICY IF EXISTS {policy} ON {table}")
        schema_editor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        schema_editor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")

    def describe(self) -> str:
        return f"Force row-level security on {self.model_name}"

    def _table(self, app_label: str, schema_editor: BaseDatabaseSchemaEditor, state: ProjectState) -> str:
        model = state.apps.get_model(app_label, self.model_name)
        return schema_editor.quote_name(model._meta.db_table)
