"""Which connector speaks which dialect."""

from collections.abc import Callable

from schema_index.connectors.base import Connector
from schema_index.connectors.connection import ConnectionConfig
from schema_index.connectors.duckdb import DuckdbConnector
from schema_index.connectors.mysql import MysqlConnector
from schema_index.connectors.postgres import PostgresConnector
from schema_index.connectors.sqlite import SqliteConnector
from schema_index.schema import Dialect
from tenants.domain_error import DomainError

__all__ = ["ConnectionConfig", "DialectUnsupported", "connector_for"]

_CONNECTORS: dict[Dialect, Callable[[ConnectionConfig], Connector]] = {
    "postgres": PostgresConnector,
    "mysql": MysqlConnector,
    "sqlite": SqliteConnector,
    "duckdb": DuckdbConnector,
}


class DialectUnsupported(DomainError):
    """No connector speaks the dialect: choose one that `message` names."""

    code = "invalid_request"


def connector_for(dialect: Dialect, config: ConnectionConfig) -> Connector:
    """The connector of one data source. Opens nothing. Raises DialectUnsupported."""
    connector = _CONNECTORS.get(dialect)
    if connector is None:
        raise DialectUnsupported(f"Databases of kind {dialect} cannot be connected; use {', '.join(_CONNECTORS)}.")
    return connector(config)
