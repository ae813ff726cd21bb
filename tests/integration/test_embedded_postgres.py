"""The wheel's server: a port that is taken, a process id that is another program's, and who may come in."""

import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from config.embedded_postgres import EmbeddedPostgres, EmbeddedServerFailed
from tests.conftest import FAST


@pytest.fixture
def home() -> Iterator[Path]:
    # Not pytest's own folder, which only its owner may enter: the server is another user when we are root.
    folder = Path(tempfile.mkdtemp(prefix="querent-home-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def test_a_server_stops_with_its_last_process_though_others_were_killed(home: Path) -> None:
    """A process of a web server ends without giving up its part; the last one may have asked for the server twice, and
    many may end at once."""
    start = f"""
import os
import sys
from pathlib import Path
from config.embedded_postgres import EmbeddedPostgres
server = EmbeddedPostgres(Path({str(home)!r}))
server.ensure_running(server_options={FAST!r})
server.ensure_running()
for end in (sys.exit, os._exit):
    for _ in range(4):
        if os.fork() == 0:
            server.ensure_running()
            end(0)
    for _ in range(4):
        os.wait()
print(len((server.data_folder.parent / "postgres.users").read_text().split()))
"""
    done = subprocess.run([sys.executable, "-c", start], capture_output=True, text=True, timeout=60, check=True)
    assert (done.stdout, done.stderr) == ("5\n", "")
    assert not (home / "postgres" / "postmaster.pid").exists()


def test_a_server_starts_in_spite_of_its_past_and_lets_only_the_socket_in_without_a_password(
    home: Path, request: pytest.FixtureRequest
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
        server = EmbeddedPostgres(home, port=port)
        request.addfinalizer(server.stop)
        with pytest.raises(EmbeddedServerFailed, match="EMBEDDED_POSTGRES_PORT") as error:
            server.ensure_running(server_options=FAST)
        assert str(server.data_folder / "log") in error.value.message

    # As after a power cut: the file names a process that runs, and is init. The rules are those of a first start.
    (server.data_folder / "postmaster.pid").write_text("1\n")
    (server.data_folder / "pg_hba.conf").write_text("host all all 127.0.0.1/32 trust\n")
    for _ in range(2):
        server.ensure_running(server_options=FAST)

    admin = server.admin_settings()
    with psycopg.connect(host=admin["HOST"], port=port, user="postgres", dbname="postgres", autocommit=True) as socket_:
        socket_.execute("CREATE ROLE guest LOGIN PASSWORD 'word'")
    with psycopg.connect(host="127.0.0.1", port=port, user="guest", password="word", dbname="postgres") as guest:
        assert guest.execute("SELECT current_user").fetchone() == ("guest",)
    for user, password in (("guest", "wrong"), ("postgres", "word")):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(host="127.0.0.1", port=port, user=user, password=password, dbname="postgres")
