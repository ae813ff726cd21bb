"""A real HTTP server that speaks /v1/chat/completions and /v1/embeddings and does what a test scripts.

with ScriptedModel() as model:
    model.script([answers(sql="SELECT 1"), Reply(status=429, headers={"Retry-After": "1"}), SLOW])
    ... point the client at model.url, then look at model.requests ...
"""

import hashlib
import json
import re
import select
import socket
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import numpy as np

_MAX_BODY = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One request as it came in. Header names are in lower case."""

    path: str
    headers: Mapping[str, str]
    body: dict[str, Any]

    @property
    def text(self) -> str:
        """All message texts of a chat request, system and user."""
        return "\n".join(str(message["content"]) for message in self.body["messages"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One scripted reply. `body` as dict is sent as JSON; `cut_off` announces more bytes than are sent."""

    status: int = 200
    body: dict[str, Any] | str = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    delay_s: float = 0.0
    cut_off: bool = False
    drip_s: float = 0.0
    """Seconds between single bytes of the body; 0 sends it at once."""


Behaviour = Reply | Callable[[Recorded], Reply]


def says(content: str | None, **choice: Any) -> Reply:
    """A completion whose message is `content`; `choice` adds to or replaces parts of the choice."""
    message: dict[str, Any] = {"role": "assistant", "content": content, "refusal": choice.pop("refusal", None)}
    return Reply(
        body={
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": "scripted",
            "choices": [{"index": 0, "message": message, "finish_reason": "stop", "logprobs": None, **choice}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110},
        }
    )


def answers(**fields: Any) -> Reply:
    """A well-formed structured answer; the outcome follows from the fields unless it is given."""
    outcome = "sql" if "sql" in fields else "clarify" if "question" in fields else "refuse"
    empty: dict[str, Any] = {"sql": "", "interpreted_as": "", "question": "", "message": ""}
    empty |= {"assumptions": [], "choices": [], "missing": [], "available": []}
    return says(json.dumps({"outcome": outcome, **empty, **fields}))


def fails(status: int, *, message: str = "", headers: Mapping[str, str] | None = None, **error: Any) -> Reply:
    return Reply(status=status, body={"error": {"message": message, **error}}, headers=headers or {})


REFUSES = answers(message="There is no weather in this database.", missing=["weather"], available=["orders"])
CLARIFIES = answers(question="Gross or net revenue?", choices=["gross", "net"])
WRITES = answers(sql="DELETE FROM orders")
TWO_STATEMENTS = answers(sql="SELECT 1; DROP TABLE orders")
MALFORMED = says('{"outcome": "sql", "sql": "SELECT')
EMPTY = says("")
WRONG_KEY = fails(401, message="Incorrect API key provided: sk-se****cret", code="invalid_api_key")
LIMITED = fails(429, message="Rate limit reached", headers={"Retry-After": "0"})
BROKEN = fails(500, message="internal error")
SLOW = Reply(delay_s=30.0)
CUT_OFF = Reply(body=answers(sql="SELECT 1").body, cut_off=True)


def embedded(vectors: Iterable[Iterable[float]], *, order: Iterable[int] | None = None) -> Reply:
    """A reply of /v1/embeddings; `order` gives the index that each vector claims."""
    rows = [list(vector) for vector in vectors]
    places = list(order) if order is not None else list(range(len(rows)))
    data = [{"object": "embedding", "index": i, "embedding": row} for i, row in zip(places, rows, strict=True)]
    return Reply(body={"object": "list", "data": data, "model": "scripted", "usage": {"prompt_tokens": 1}})


def vector_of(text: str, *, dimension: int) -> list[float]:
    """Deterministic, and alike for texts that share words: the sum of one pseudo-random vector a word."""
    total = np.zeros(dimension)
    for word in [*re.findall(r"\w+", text.lower()), ""]:
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:8])
        total += np.random.default_rng(seed).standard_normal(dimension)
    return [round(float(component), 6) for component in total]


class ScriptedModel:
    """Chat requests take the scripted behaviours one by one; with none left, `default`, else a telling 404.

    Embedding requests take theirs, and with none left get true vectors. `formats` are the answer formats understood:
    others get a 400 without taking a behaviour, as does `max_tokens` with `newer_limit`.
    """

    def __init__(
        self,
        *,
        dimension: int = 16,
        formats: Iterable[str] = ("json_schema", "json_object"),
        newer_limit: bool = False,
        default: Behaviour | None = None,
        port: int = 0,
        prefix: str = "",
    ) -> None:
        self.dimension = dimension
        self.formats = frozenset(formats)
        self.newer_limit = newer_limit
        self.default = default
        self.requests: list[Recorded] = []
        self.prefix = prefix or f"/{uuid.uuid4().hex[:8]}"
        self.closing = threading.Event()
        self.hung_up = threading.Event()
        """Set when a client has closed its connection in the middle of a slow reply."""
        self._chat: deque[Behaviour] = deque()
        self._embeddings: deque[Behaviour] = deque()
        self._lock = threading.Lock()
        self._server = _Server(self, port)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """The base URL; unique, so that nothing remembered of another server on the same port applies to it."""
        return f"http://127.0.0.1:{self._server.server_address[1]}{self.prefix}/v1"

    def script(self, behaviours: Iterable[Behaviour]) -> None:
        """Append behaviours for /v1/chat/completions."""
        self._chat.extend(behaviours)

    def script_embeddings(self, behaviours: Iterable[Behaviour]) -> None:
        self._embeddings.extend(behaviours)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def reply_to(self, request: Recorded) -> Reply:
        with self._lock:
            self.requests.append(request)
            if request.path == "/v1/embeddings":
                behaviour = self._embeddings.popleft() if self._embeddings else self._embed
            elif request.path != "/v1/chat/completions":
                return fails(404, message=f"no such path: {request.path}")
            elif (refused := self._refused(request.body)) is not None:
                return refused
            elif self._chat:
                behaviour = self._chat.popleft()
            else:
                behaviour = self.default or fails(404, message="the script is over")
        return behaviour if isinstance(behaviour, Reply) else behaviour(request)

    def _refused(self, body: dict[str, Any]) -> Reply | None:
        form = body.get("response_format", {}).get("type")
        if form is not None and form not in self.formats:
            return fails(400, message=f"'response_format' of type '{form}' is not supported with this model.")
        if self.newer_limit and "max_tokens" in body:
            return fails(400, message="Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.")
        return None

    def _embed(self, request: Recorded) -> Reply:
        return embedded(vector_of(text, dimension=self.dimension) for text in request.body["input"])


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, model: ScriptedModel, port: int) -> None:
        self.model = model
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up on a slow reply is part of the script."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_GET(self) -> None:
        """The list of models, which needs the key."""
        known = {"id": "scripted", "object": "model", "created": 1, "owned_by": "tests"}
        has_key = self.headers.get("Authorization", "").startswith("Bearer sk-")
        content = json.dumps({"object": "list", "data": [known]} if has_key else WRONG_KEY.body).encode()
        self.send_response(200 if has_key else WRONG_KEY.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self._send(content, drip_s=0)

    def do_POST(self) -> None:
        raw = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), _MAX_BODY))
        headers = {name.lower(): value for name, value in self.headers.items()}
        path = self.path.removeprefix(self.server.model.prefix)
        reply = self.server.model.reply_to(Recorded(path=path, headers=headers, body=json.loads(raw)))
        if reply.delay_s and self._client_leaves_within(reply.delay_s):
            return
        is_json = not isinstance(reply.body, str)
        content = (json.dumps(reply.body) if is_json else str(reply.body)).encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json" if is_json else "text/html")
        self.send_header("Content-Length", str(len(content)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        self._send(content[: len(content) // 2] if reply.cut_off else content, drip_s=reply.drip_s)

    def _send(self, content: bytes, *, drip_s: float) -> None:
        if not drip_s:
            self.wfile.write(content)
            return
        for byte in content:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            if self.server.model.closing.wait(drip_s):
                return

    def _client_leaves_within(self, seconds: float) -> bool:
        heard, _, _ = select.select([self.connection], [], [], seconds)
        if not heard or self.connection.recv(1, socket.MSG_PEEK):
            return False
        self.server.model.hung_up.set()
        self.close_connection = True
        return True

    def log_message(self, format: str, *args: Any) -> None:
        """Silent: the test reads `requests`."""
