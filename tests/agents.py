"""The installation as agents find it: served over HTTP, and called with the protocol's own client."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
import uvicorn
from django.core.asgi import get_asgi_application
from mcp.client.client import Client
from mcp.client.streamable_http import streamable_http_client
from mcp_types import CallToolResult, Tool

from config.errors import refused
from nl2sql.mcp.door import beside

START_TIMEOUT_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentDoor:
    """`mode` is how the client negotiates: `auto` as today's clients do, `legacy` with the older handshake."""

    url: str
    mode: str = "auto"

    def call(self, key: str, tool: str, **arguments: Any) -> CallToolResult:
        (result,) = self.calls(key, [(tool, arguments)])
        return result

    def calls(self, key: str, wanted: Iterable[tuple[str, dict[str, Any]]]) -> list[CallToolResult]:
        """One after the other, over one connection."""

        async def called() -> list[CallToolResult]:
            async with self._client(key) as client:
                return [await client.call_tool(tool, arguments) for tool, arguments in wanted]

        return asyncio.run(called())

    def tools(self, key: str) -> list[Tool]:
        async def listed() -> list[Tool]:
            async with self._client(key) as client:
                return (await client.list_tools()).tools

        return asyncio.run(listed())

    @asynccontextmanager
    async def _client(self, key: str) -> AsyncIterator[Client]:
        async with (
            httpx2.AsyncClient(headers={"Authorization": f"Bearer {key}"}, timeout=30) as http,
            Client(streamable_http_client(self.url, http_client=http), mode=self.mode) as client,
        ):
            yield client


@contextmanager
def serving() -> Iterator[AgentDoor]:
    """On a free port of this machine, in a thread, until the block ends."""
    config = uvicorn.Config(
        beside(get_asgi_application(), refuse=refused), lifespan="off", ws="none", log_config=None, access_log=False
    )
    server = _Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        if not server.is_up.wait(START_TIMEOUT_S):
            raise RuntimeError("The server did not start.")
        try:
            yield AgentDoor(url=f"http://127.0.0.1:{listener.getsockname()[1]}/mcp")
        finally:
            server.should_exit = True
            thread.join(START_TIMEOUT_S)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.is_up.set()
