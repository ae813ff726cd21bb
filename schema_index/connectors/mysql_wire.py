"""The driver's connection with what it lacks: an address of our choice, secrets kept from strangers, bounded packets,
a statement judged by the server before it runs, and leaving in the middle of a result.

Built on PyMySQL's protected methods, which is why its minor version is pinned.
"""

import socket
import ssl
import struct
from collections.abc import Iterator
from functools import cache
from typing import Any

import pymysql
from pymysql.connections import Connection
from pymysql.constants import CLIENT, COMMAND, CR
from pymysql.protocol import MysqlPacket

from schema_index.connectors.base import ResultColumn
from schema_index.connectors.connection import ConnectionConfig
from schema_index.connectors.mysql_values import DECODERS, field_kind

DRIVER_FAILURES = (pymysql.Error, OSError, ValueError, ArithmeticError, LookupError, struct.error, RuntimeError)
"""What the driver raises for a server's errors, for values Python cannot hold, and for a server that breaks the
protocol or asks for a file of ours."""

_PLAIN_SECRETS = (b"mysql_clear_password", b"dialog")
"""Ways to log in that hand the password over as it is."""

_BROKEN = b"mysql_old_password"
"""A scramble from before 2003 that anyone who listens can undo."""


class PacketTooLarge(Exception):
    """One packet, thus one row, is larger than all rows together may be."""


class Wire(Connection):
    """Opened by `enter`. `max_packet` bounds what one row may make us hold; None for our own queries."""

    def __init__(self, config: ConnectionConfig) -> None:
        super().__init__(
            host=config.host,
            port=config.port,
            user=config.username,
            password=config.password.encode(),
            database=config.database,
            charset="utf8mb4",
            conv=DECODERS,
            autocommit=None,
            local_infile=False,
            program_name="querent",
            ssl_disabled=config.tls == "disable",
            ssl=_tls_context(config),
            # Never asked of the server: whoever answers in its place would send a key of their own.
            server_public_key=b"none",
            defer_connect=True,
        )
        if config.tls == "prefer":
            # The driver's own way to prefer TLS reads the machine's authorities at each connection, for nothing.
            self._ssl_required = False
            self.client_flag &= ~CLIENT.SSL
        self.max_packet: int | None = None
        self._address = (config.address, config.port)
        self._proven = config.tls == "verify-full"
        self._packet_bytes = 0

    def dial(self, *, timeout_s: float) -> socket.socket:
        """A connected socket to the checked address. Raises OSError."""
        dialled = socket.create_connection(self._address, timeout_s)
        dialled.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return dialled

    def result_columns(self, sql: bytes) -> int:
        """How many columns the statement's result has, as the server says without running it; 0 is not a query.

        Statements that change a session, call, lock or write a file have none. Raises pymysql.Error, also for a
        second statement and for parameters, which we never have.
        """
        self._execute_command(COMMAND.COM_STMT_PREPARE, sql)  # type: ignore[attr-defined]
        answer = self._read_packet().get_all_data()
        # Protocol::COM_STMT_PREPARE_OK: status, statement id, columns, parameters.
        _, _, columns, parameters = struct.unpack("<BIHH", answer[:9])
        for count in (parameters, columns):
            # As many definitions, and one packet that ends them.
            for _ in range(count + 1 if count else 0):
                self._read_packet()
        if parameters:
            raise pymysql.ProgrammingError(_PARAMETERS, "")
        return int(columns)

    def stream(self, sql: bytes) -> tuple[tuple[ResultColumn, ...], Iterator[tuple[Any, ...]]]:
        """The result's columns, and its rows as they arrive. End with `leave` unless all rows were taken."""
        self.query(sql, unbuffered=True)
        result = self._result  # type: ignore[attr-defined]
        columns = tuple(
            ResultColumn(name=field.name, kind=field_kind(field.type_code, charset=field.charsetnr))
            for field in result.fields
        )
        return columns, iter(result._read_rowdata_packet_unbuffered, None)

    def leave(self) -> None:
        """Close at once. The driver would fetch what is left of a result first; the server stops at its next write."""
        result = getattr(self, "_result", None)
        if result is not None:
            result.unbuffered_active = False
        self._force_close()  # type: ignore[attr-defined]

    @property
    def descriptor(self) -> int:
        return int(self._sock.fileno())  # type: ignore[attr-defined]

    @property
    def mid_result(self) -> bool:
        result = getattr(self, "_result", None)
        return result is not None and bool(result.unbuffered_active)

    def _get_auth_plugin_handler(self, plugin_name: bytes) -> None:
        """Asked with the name of every way to log in that the server wants, before the password is touched."""
        refused = (
            plugin_name == _BROKEN
            or (plugin_name in _PLAIN_SECRETS and not self._proven)
            or (plugin_name == b"sha256_password" and not self._secure)  # type: ignore[attr-defined]
        )
        if refused:
            raise pymysql.OperationalError(CR.CR_AUTH_PLUGIN_CANNOT_LOAD, "")

    def _read_packet(self, packet_type: Any = MysqlPacket) -> Any:
        self._packet_bytes = 0
        return super()._read_packet(packet_type)  # type: ignore[no-untyped-call]

    def _read_bytes(self, num_bytes: int) -> bytes:
        self._packet_bytes += num_bytes
        if self.max_packet is not None and self._packet_bytes > self.max_packet:
            raise PacketTooLarge
        data: bytes = super()._read_bytes(num_bytes)  # type: ignore[misc]
        return data


_PARAMETERS = 1210
"""ER_WRONG_ARGUMENTS: what the server says when it runs a statement whose parameters have no values."""


def _tls_context(config: ConnectionConfig) -> ssl.SSLContext | None:
    match config.tls:
        case "verify-full":
            return ssl.create_default_context()
        case "disable":
            return None
        case _:
            return _unproven()


@cache
def _unproven() -> ssl.SSLContext:
    """Encrypts, and accepts any certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
