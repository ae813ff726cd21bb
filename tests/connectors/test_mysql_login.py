"""Reaching a MySQL server: TLS as asked, and the password for nobody but the server it is for."""

import socket
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress

import pytest

from schema_index.connectors.base import DataSourceError, DataSourceUnavailable
from schema_index.connectors.connection import TlsMode
from schema_index.connectors.reader_role import PLACEHOLDER
from schema_index.grants import grants
from tests.connectors.conftest import Target
from tests.mariadb import PASSWORD, MariadbServer


@pytest.fixture(scope="module")
def empty(mariadb_server: MariadbServer) -> Target:
    return Target("mysql", mariadb_server.create_database("empty", "SELECT 1"))


CIPHER = "SELECT VARIABLE_VALUE <> '' FROM information_schema.SESSION_STATUS WHERE VARIABLE_NAME = 'Ssl_cipher'"


@pytest.mark.parametrize(("tls", "encrypted"), [("disable", 0), ("prefer", 1), ("require", 1), ("verify-full", 1)])
def test_each_tls_mode(
    empty: Target,
    mariadb_server: MariadbServer,
    monkeypatch: pytest.MonkeyPatch,
    tls: TlsMode,
    encrypted: int,
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(mariadb_server.authority))
    assert empty.with_config(tls=tls).read(CIPHER).rows == ((encrypted,),)


def test_a_certificate_for_another_name_is_refused(
    empty: Target, mariadb_server: MariadbServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(mariadb_server.authority))

    with pytest.raises(DataSourceUnavailable):
        empty.with_config(tls="verify-full", host="db.example.com").read("SELECT 1")


@contextmanager
def pretender(*replies: bytes) -> Iterator[tuple[int, list[bytes]]]:
    """A server without TLS that greets, sends `replies` one after another, and keeps what it is told."""
    salt = b"12345678901234567890"
    # LONG_PASSWORD, CONNECT_WITH_DB, PROTOCOL_41, SECURE_CONNECTION | PLUGIN_AUTH, PLUGIN_AUTH_LENENC_CLIENT_DATA.
    greeting = (
        b"\x0a8.4.0\0" + struct.pack("<I", 1) + salt[:8] + b"\0" + struct.pack("<H", 0x8209)
        + struct.pack("<BHHB", 45, 2, 0x28, 21) + b"\0" * 10 + salt[8:] + b"\0mysql_native_password\0"
    )  # fmt: skip
    told: list[bytes] = []

    def serve(listener: socket.socket) -> None:
        with suppress(OSError):
            client, _ = listener.accept()
            with client:
                for number, payload in enumerate((greeting, *replies)):
                    client.sendall(struct.pack("<I", len(payload))[:3] + bytes([2 * number]) + payload)
                    told.append(client.recv(4_096))

    with closing(socket.create_server(("127.0.0.1", 0))) as listener:
        thread = threading.Thread(target=serve, args=(listener,), daemon=True)
        thread.start()
        yield listener.getsockname()[1], told
        with suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.mark.parametrize(
    "replies",
    [
        (b"\xfemysql_clear_password\0",),
        (b"\xfedialog\0\x02Password: ",),
        (b"\xfemysql_old_password\0" + b"12345678",),
        (b"\xfesha256_password\0" + b"1" * 20 + b"\0",),
        (b"\xfecaching_sha2_password\0" + b"1" * 20 + b"\0", b"\x01\x04"),
    ],
)
def test_the_password_is_not_told_to_a_server_that_nobody_proved(empty: Target, replies: tuple[bytes, ...]) -> None:
    with pretender(*replies) as (port, told), pytest.raises(DataSourceUnavailable):
        empty.with_config(port=port).read("SELECT 1")

    # One answer to each packet before the last, which asks for the password or for what would unlock it.
    assert [bool(answer) for answer in told] == [True] * len(replies) + [False]
    assert PASSWORD.encode() not in b"".join(told)


def test_tls_that_is_required_is_not_given_up(empty: Target) -> None:
    with pretender() as (port, told), pytest.raises(DataSourceUnavailable):
        empty.with_config(port=port, tls="require").read("SELECT 1")

    assert told == [b""]


def test_a_server_that_never_greets_is_left(empty: Target, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("schema_index.connectors.mysql_session.CONNECT_TIMEOUT_S", 0.2)
    started = time.monotonic()

    with closing(socket.create_server(("127.0.0.1", 0))) as listener, pytest.raises(DataSourceUnavailable):
        empty.with_config(port=listener.getsockname()[1]).read("SELECT 1")

    assert time.monotonic() - started < 3


def test_the_user_that_grants_prints_reads_what_is_shown_and_nothing_else(mariadb_server: MariadbServer) -> None:
    script = "CREATE TABLE people (id integer, email text); CREATE TABLE secrets (token text)"
    granted = Target("mysql", mariadb_server.create_database("granted", script))
    whole = granted.with_config(include_schemas=("granted",)).connector.introspect().schema
    shown = whole.visible(
        allows=lambda table, column: table.name != "secrets" and (column is None or column.name != "email")
    )
    mariadb_server.run(grants(shown, whole=whole, role="it's", database="granted"))
    reader = granted.with_config(username="it's", password=PLACEHOLDER)

    assert reader.read("SELECT id FROM people").rows == ()
    assert reader.connector.introspect().schema == shown
    for sql in ("SELECT email FROM people", "SELECT token FROM secrets", "SELECT user FROM mysql.user"):
        with pytest.raises(DataSourceError) as caught:
            reader.read(sql)
        assert caught.value.message == "The data source's user has no permission for something the statement names."
