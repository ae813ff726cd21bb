"""The product's own ASGI application behind a real HTTP server, in a thread of the test's process."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.asgi import get_asgi_application
from granian.constants import Interfaces
from granian.server.embed import Server

from config.static_files import YEAR_S

HOST = "127.0.0.1"


@contextmanager
def asgi_server(*, static: Path | None = None) -> Iterator[str]:
    """Its address. Needs a test that commits: requests are served on connections of their own.

    `static` is the folder of collected static files, served as the product's server does, without asking Python.
    """
    with socket.create_server((HOST, 0)) as probe:
        port = probe.getsockname()[1]
    server = Server(
        get_asgi_application(),
        address=HOST,
        port=port,
        interface=Interfaces.ASGINL,
        static_path_route=["/static"] if static else None,
        static_path_mount=[static] if static else None,
        static_path_expires=YEAR_S,
    )
    loop = asyncio.new_event_loop()

    def serve() -> None:
        loop.run_until_complete(server.serve())

    thread = threading.Thread(target=serve, name="asgi-server", daemon=True)
    thread.start()
    try:
        yield f"http://{HOST}:{port}"
    finally:
        loop.call_soon_threadsafe(server.stop)
        thread.join(10)
        loop.close()
