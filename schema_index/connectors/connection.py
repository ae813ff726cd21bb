"""How to reach one data source, as parsed fields: no text a user wrote ever becomes a connection string."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Literal, get_args

from tenants.attributes import AttributeValue

TlsMode = Literal["disable", "prefer", "require", "verify-full"]
"""libpq's names. `verify-full` checks the certificate against the system's authorities and `host`."""

TLS_MODES: tuple[TlsMode, ...] = get_args(TlsMode)


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectionConfig:
    """A server is `host`, its checked `address`, `port`, `database`, `username`, `password`; a file is `path`.

    `address` is what `target_policy.check_target` returned for `host`: the connection goes there and nowhere else,
    `host` only names the certificate. `path` is what `target_policy.check_file` returned.
    `time_zone` (IANA) is that of the people who ask: whose midnight a date without a zone means.
    `session_settings` are what the session tells the database of the person asking, for its own row-level security:
    `querent.<name>` in PostgreSQL, a list as the text of an array; `@querent_<name>` in MySQL, a list as JSON.
    Patterns are shell patterns, over schema names or over `schema.table`; an empty list includes all.
    """

    host: str = ""
    address: str = ""
    port: int = 5432
    database: str = ""
    username: str = ""
    password: str = field(default="", repr=False)
    tls: TlsMode = "prefer"
    path: Path | None = None
    time_zone: str = "UTC"
    session_settings: Mapping[str, AttributeValue] = field(default_factory=dict)
    include_schemas: tuple[str, ...] = ()
    exclude_schemas: tuple[str, ...] = ()
    include_tables: tuple[str, ...] = ()
    exclude_tables: tuple[str, ...] = ()

    def includes(self, schema: str, table: str) -> bool:
        """Whether the patterns let the relation be introspected: its schema and itself included, neither excluded."""
        return _passes(schema, include=self.include_schemas, exclude=self.exclude_schemas) and _passes(
            f"{schema}.{table}", include=self.include_tables, exclude=self.exclude_tables
        )


def _passes(name: str, *, include: tuple[str, ...], exclude: tuple[str, ...]) -> bool:
    included = not include or any(fnmatchcase(name, pattern) for pattern in include)
    return included and not any(fnmatchcase(name, pattern) for pattern in exclude)
