"""The rows of gold statements, read as an answer's are: through the guard and the source's own read-only session."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from nl2sql.evaluation.statement_order import is_ordered
from nl2sql.execution.caps import caps
from nl2sql.execution.results import json_rows
from nl2sql.validation.judge import judge
from nl2sql.validation.verdict import Accepted
from schema_index.catalogue import Catalogue, catalogue_of
from schema_index.connectors.base import Connector
from schema_index.sources import open_connector, pick
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError
from tenants.models import Tenant
from tenants.principal import Principal


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldRows:
    """`rows` are JSON values as in a reply; None where `problem` says why there are none. `tables` are what the
    statement reads, `schema.table`; None where the guard cannot tell."""

    rows: list[list[Any]] | None
    is_ordered: bool = False
    tables: tuple[str, ...] | None = None
    problem: str = ""


@dataclass(slots=True, kw_only=True)
class GoldReader:
    """Under the policy that binds the asker too; what was opened for a source serves all its questions."""

    principal: Principal
    _opened: dict[str, tuple[Catalogue, Connector]] = field(default_factory=dict)

    def read(self, sql: str, *, source: str, dialect: str) -> GoldRows:
        """What goes wrong is a value: a gold that cannot be read must not end an evaluation."""
        try:
            catalogue, connector = self._open(source)
        except DomainError as error:
            return GoldRows(rows=None, problem=error.message)
        schema = catalogue.schema
        if dialect and dialect != schema.dialect:
            return GoldRows(rows=None, problem=f"The gold statement is {dialect}, the source {schema.dialect}.")
        verdict = judge(
            sql,
            access=catalogue.access,
            attributes=self.principal.attributes,
            row_limit=settings.ENVIRONMENT.query_max_rows,
        )
        if not isinstance(verdict, Accepted):
            return GoldRows(rows=None, problem=f"The guard refuses the gold statement: {verdict.violations[0].message}")
        try:
            result = connector.read(verdict.sql, limits=caps(max_rows=verdict.row_limit))
        except DomainError as error:
            return GoldRows(rows=None, tables=verdict.tables, problem=f"The gold statement failed: {error.message}")
        if result.truncated:
            return GoldRows(rows=None, tables=verdict.tables, problem="The gold result is larger than a result may be.")
        return GoldRows(
            rows=json_rows(result), is_ordered=is_ordered(sql, dialect=schema.dialect), tables=verdict.tables
        )

    def _open(self, source: str) -> tuple[Catalogue, Connector]:
        if source not in self._opened:
            with tenant_transaction(self.principal.tenant_id):
                row = pick(source or None)
                time_zone = Tenant.objects.get(id=self.principal.tenant_id).time_zone
            self._opened[source] = (
                catalogue_of(row, self.principal),
                open_connector(row, time_zone=time_zone, session_settings=self.principal.attributes),
            )
        return self._opened[source]
