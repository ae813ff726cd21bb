"""One PostgreSQL session: read-only, bounded from inside and from outside, rolled back, closed."""

import math
import os
import ssl
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from typing import Any

import psycopg

from schema_index.connectors.base import DataSourceUnavailable
from schema_index.connectors.connection import ConnectionConfig
from schema_index.connectors.outcomes import UNREACHABLE
from schema_index.connectors.postgres_errors import translated
from schema_index.connectors.postgres_values import register_lenient_loaders
from schema_index.connectors.watchdog import Watchdog
from tenants.attributes import AttributeValue
from tenants.cancellation import NEVER, Cancellation
from tenants.until_cancelled import until_cancelled

CONNECT_TIMEOUT_S = 10
"""Bound of reaching and entering the database; libpq counts whole seconds."""

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


class Session:
    """A session inside its one read-only transaction. `statement` is kept to scrub the engine's messages with."""

    def __init__(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self.connection = connection
        self.statement = ""


@contextmanager
def read_only_session(
    config: ConnectionConfig, *, deadline_ms: int, cancellation: Cancellation = NEVER
) -> Iterator[Session]:
    """A session that is gone, with whatever ran in it, at the deadline plus GRACE_S at the latest, or
    STOP_GRACE_S after it was cancelled.

    The deadline counts from here, connecting included (which alone may take CONNECT_TIMEOUT_S). Every error of the
    driver leaves as a DomainError: DataSourceUnavailable, DataSourceError, QueryTimeout, Cancelled.
    """
    started = time.monotonic()
    connection = until_cancelled(lambda: _connect(config), cancellation=cancellation, discard=lambda late: late.close())
    session = Session(connection)
    remaining_s = max(0.001, started + deadline_ms / 1000 - time.monotonic())
    watchdog = Watchdog(
        connection.fileno(),
        deadline_s=remaining_s,
        cancel=lambda seconds: _cancel(connection, within_s=seconds),
        cancellation=cancellation,
    )
    with closing(connection), watchdog:
        try:
            register_lenient_loaders(connection)
            connection.read_only = True
            connection.execute(
                _SETTINGS, {"deadline": str(math.ceil(remaining_s * 1000)), "time_zone": config.time_zone}
            )
            for name, value in config.session_settings.items():
                connection.execute("SELECT set_config(%s, %s, true)", (f"querent.{name}", _setting(value)))
            yield session
        except (psycopg.Error, UnicodeError) as error:
            cancellation.raise_if_cancelled()
            failure = error if isinstance(error, psycopg.Error) else psycopg.DataError()
            raise translated(
                failure, statement=session.statement, timed_out=watchdog.fired, deadline_ms=deadline_ms
            ) from None
        finally:
            with suppress(psycopg.Error):
                connection.rollback()


def _cancel(connection: psycopg.Connection[tuple[Any, ...]], *, within_s: float) -> None:
    with suppress(psycopg.Error):
        connection.cancel_safe(timeout=within_s)


def _connect(config: ConnectionConfig) -> psycopg.Connection[tuple[Any, ...]]:
    if not config.address:
        raise ValueError("ConnectionConfig.address is empty: pass what check_target returned")
    try:
        return psycopg.connect(
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
    except (psycopg.Error, UnicodeError):
        raise DataSourceUnavailable(UNREACHABLE) from None


def _setting(value: AttributeValue) -> str:
    """A list as the text of an array: no character of a value ends it."""
    if not isinstance(value, tuple):
        return str(value)
    escaped = (str(one).replace("\\", "\\\\").replace('"', '\\"') for one in value)
    return "{" + ",".join(f'"{one}"' for one in escaped) + "}"
