"""What a source's own database has noted of changes of its schema."""

from schema_index.connectors.base import Connector, DataSourceError, Limits
from schema_index.connectors.registry import engine_of

_LIMITS = Limits(deadline_ms=5_000, max_rows=1)


def read_ddl_mark(connector: Connector) -> str | None:
    """What the trigger has noted so far; None where it is not installed. Raises DataSourceUnavailable, QueryTimeout."""
    trigger = engine_of(connector.dialect).ddl_trigger
    if trigger is None:
        return None
    try:
        return str(connector.read(trigger.mark, limits=_LIMITS).rows[0][0])
    except DataSourceError:
        return None
