"""The web process as every door starts it: the page, the API and MCP, with the static files beside Python."""

import sys
from pathlib import Path

from config.static_files import YEAR_S

BACKPRESSURE = 64
"""Requests a server works on at once: more wait in its bounded backlog instead of each holding a thread and memory."""


def server_command(*, host: str, port: int, static: Path, backpressure: int = BACKPRESSURE) -> list[str]:
    """To be run in the checkout. `static` holds the collected files."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "asginl", "--host", host, "--port", str(port)),
        *("--backpressure", str(backpressure)),
        *("--static-path-route", "/static", "--static-path-mount", str(static)),
        *("--static-path-expires", str(YEAR_S)),
        *("--no-access-log", "--log-level", "warning", "config.asgi:application"),
    ]
