"""A PostgreSQL session: how it is entered, and what its transaction is set to."""

import math
import os
import ssl
from contextlib import suppress
from typing import Any

import psycopg

from schema_index.connectors.base import DataSourceUnavailable
from schema_index.connectors.connection import ConnectionConfig
from schema_index.connectors.outcomes import UNREACHABLE
from schema_index.connectors.postgres_errors import translated
from schema_index.connectors.postgres_values import register_lenient_loaders
from schema_index.connectors.server_session import CONNECT_TIMEOUT_S, ServerSession
from tenants.attributes import AttributeValue

AUTHORITIES = ssl.get_default_verify_paths().cafile or "system"
"""The machine's certificate authorities; `system` asks the driver's own OpenSSL, which may look elsewhere."""

_SETTINGS = """
SELECT set_config('statement_timeout', %(deadline)s, true),
       set_config('lock_timeout', %(deadline)s, true),
       set_config('idle_in_transaction_session_timeout', %(deadline)s, true),
       set_config('search_path',
                  'pg_catalog, ' || quote_ident(coalesce(current_schema(), 'public')) || ', public, pg_temp', true),
       set_config('work_mem', '64MB', true),
       set_config('max_parallel_workers_per_gather', '0', true),
       set_config('jit', 'off', true),
       set_config('timezone', %(time_zone)s, true),
       set_config('datestyle', 'ISO, YMD', true),
       set_config('intervalstyle', 'postgres', true),
       set_config('bytea_output', 'hex', true),
       set_config('standard_conforming_strings', 'on', true)
"""
"""All of them end with the transaction. Memory of a statement is a small multiple of `work_mem`, without parallel
workers to multiply it again. Extensions (citext, PostGIS) usually live in `public`, and without it on the path their
operators silently fall back to those of the base type. The styles are those the driver parses, which a role may have
set otherwise."""


class Session(ServerSession):
    failures = (psycopg.Error, UnicodeError)
    translated = staticmethod(translated)

    def __init__(self, config: ConnectionConfig) -> None:
        self._config = config
        try:
            self.connection: psycopg.Connection[tuple[Any, ...]] = psycopg.connect(
                host=config.host,
                hostaddr=config.address,
                port=config.port,
                dbname=config.database,
                user=config.username,
                password=config.password,
                sslmode=config.tls,
                sslrootcert=AUTHORITIES if config.tls == "verify-full" else "",
                sslcertmode="disable",
                gssencmode="disable",
                # A server that is not proven to be the one meant does not get to read the password.
                require_auth="" if config.tls == "verify-full" else "scram-sha-256,md5,none",
                passfile=os.devnull,
                options="",
                client_encoding="utf8",
                connect_timeout=CONNECT_TIMEOUT_S,
                application_name="querent",
            )
        except self.failures:
            raise DataSourceUnavailable(UNREACHABLE) from None

    @property
    def descriptor(self) -> int:
        return self.connection.fileno()

    def begin(self, *, remaining_s: float) -> None:
        register_lenient_loaders(self.connection)
        self.connection.read_only = True
        deadline = str(math.ceil(remaining_s * 1000))
        self.connection.execute(_SETTINGS, {"deadline": deadline, "time_zone": self._config.time_zone})
        for name, value in self._config.session_settings.items():
            self.connection.execute("SELECT set_config(%s, %s, true)", (f"querent.{name}", _setting(value)))

    def stop(self, within_s: float) -> None:
        with suppress(psycopg.Error):
            self.connection.cancel_safe(timeout=within_s)

    def roll_back(self) -> None:
        with suppress(psycopg.Error):
            self.connection.rollback()

    def close(self) -> None:
        self.connection.close()


def _setting(value: AttributeValue) -> str:
    """A list as the text of an array: no character of a value ends it."""
    if not isinstance(value, tuple):
        return str(value)
    escaped = (str(one).replace("\\", "\\\\").replace('"', '\\"') for one in value)
    return "{" + ",".join(f'"{one}"' for one in escaped) + "}"
