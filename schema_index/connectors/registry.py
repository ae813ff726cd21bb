"""The engines that can be connected: a new one is a module beside this and its name in this list."""

from schema_index.connectors.duckdb import DUCKDB
from schema_index.connectors.engine import Engine
from schema_index.connectors.mysql import MYSQL
from schema_index.connectors.postgres import POSTGRES
from schema_index.connectors.sqlite import SQLITE
from schema_index.schema import Dialect
from tenants.domain_error import DomainError

ENGINES: dict[Dialect, Engine] = {engine.dialect: engine for engine in (POSTGRES, MYSQL, SQLITE, DUCKDB)}


class DialectUnsupported(DomainError):
    """No connector speaks the dialect: choose one that `message` names."""

    code = "invalid_request"


def engine_of(dialect: Dialect) -> Engine:
    """Raises DialectUnsupported."""
    if dialect not in ENGINES:
        raise DialectUnsupported(f"Databases of kind {dialect} cannot be connected; use {', '.join(ENGINES)}.")
    return ENGINES[dialect]


def dialect_choices() -> list[tuple[Dialect, str]]:
    """Named, not called, by the model's field: another engine is no migration."""
    return [(engine.dialect, engine.label) for engine in ENGINES.values()]
