"""The limits of one statement: the least of what the installation and the caller allow."""

from django.conf import settings

from schema_index.connectors.base import Limits


def caps(*, max_rows: int | None = None) -> Limits:
    """`max_rows` is what the caller asked for; it raises nothing."""
    environment = settings.ENVIRONMENT
    most: int = environment.query_max_rows
    return Limits(
        deadline_ms=environment.query_timeout_ms,
        max_rows=most if max_rows is None else max(1, min(most, max_rows)),
        max_bytes=environment.query_max_bytes,
        max_cost=environment.query_max_cost,
    )
