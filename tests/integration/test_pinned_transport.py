"""HTTP to a judged address: the certificate is the name's, whatever the name stands for."""

import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import pytest

from schema_index.outbound.pinned_transport import PinnedTransport
from tests.certificates import create_certificates

HOST = "models.example.test"


class _Echo(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        content = self.headers["Host"].encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that refuses the certificate is what the test is about."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[tuple[int, ssl.SSLContext]]:
    files = create_certificates(tmp_path, host=HOST)
    own = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    own.load_cert_chain(files.server, files.key)
    with _Server(("127.0.0.1", 0), _Echo) as running:
        running.socket = own.wrap_socket(running.socket, server_side=True)
        thread = threading.Thread(target=running.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield running.server_address[1], ssl.create_default_context(cafile=str(files.authority))
        running.shutdown()
        thread.join(5)


def test_the_address_is_connected_to_and_the_name_is_proven(server: tuple[int, ssl.SSLContext]) -> None:
    port, trusted = server
    with httpx2.Client(transport=PinnedTransport("127.0.0.1", verify=trusted)) as client:
        assert client.get(f"https://{HOST}:{port}/").text == f"{HOST}:{port}"
        with pytest.raises(httpx2.ConnectError, match="Hostname mismatch"):
            client.get(f"https://other.example.test:{port}/")
