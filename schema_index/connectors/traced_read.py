"""A statement to a target database, as a span by OpenTelemetry's conventions for databases."""

from uuid import UUID

from django.conf import settings
from opentelemetry.trace import SpanKind

from schema_index.connectors.base import Connector, Limits, ResultSet
from tenants.cancellation import Cancellation
from tenants.tracing import traced

SYSTEMS = {"postgres": "postgresql"}
"""Names of the conventions where they are not ours."""


def traced_read(
    connector: Connector, sql: str, *, limits: Limits, cancellation: Cancellation, source_id: UUID
) -> ResultSet:
    """As `Connector.read`. The statement's text, which may hold values, is in the span only by TRACE_STATEMENTS."""
    system = SYSTEMS.get(connector.dialect, connector.dialect)
    operation = sql.split(maxsplit=1)[0].upper()
    attributes = {
        "db.system.name": system,
        "db.operation.name": operation,
        "db.query.text": sql if settings.ENVIRONMENT.trace_statements else None,
        "querent.source.id": str(source_id),
    }
    with traced(f"{operation} {system}", attributes=attributes, kind=SpanKind.CLIENT) as span:
        result = connector.read(sql, limits=limits, cancellation=cancellation)
        span.set_attribute("db.response.returned_rows", len(result.rows))
        return result
