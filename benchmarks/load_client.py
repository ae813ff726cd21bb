"""Many people at once: threads that ask the product over HTTP and keep what each question took."""

import http.client
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

TIMEOUT_S = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """`status` is HTTP's, 0 where no reply came; `problem` is the error's code or what broke."""

    seconds: float
    status: int
    problem: str = ""


class People:
    """Each has a connection of their own, kept open between questions."""

    def __init__(self, url: str, *, key: str) -> None:
        self._host, self._port = urlsplit(url).hostname or "", urlsplit(url).port
        self._headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        self._local = threading.local()

    def ask_all(self, questions: list[str], *, in_flight: int) -> Iterator[Asked]:
        """In the order of the questions, as soon as each and those before it are answered."""
        with ThreadPoolExecutor(in_flight) as pool:
            yield from pool.map(self.ask, questions)

    def ask(self, question: str) -> Asked:
        started = time.monotonic()
        try:
            status, body = self._post(json.dumps({"question": question}))
        except (OSError, http.client.HTTPException) as error:
            self._local.connection = None
            return Asked(seconds=time.monotonic() - started, status=0, problem=type(error).__name__)
        problem = "" if status == 200 else json.loads(body).get("code", "")
        if status == 200 and json.loads(body)["status"] != "completed":
            problem = json.loads(body)["status"]
        return Asked(seconds=time.monotonic() - started, status=status, problem=problem)

    def _post(self, body: str) -> tuple[int, bytes]:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = http.client.HTTPConnection(self._host, self._port, timeout=TIMEOUT_S)
        connection.request("POST", "/nl2sql", body=body, headers=self._headers)
        reply = connection.getresponse()
        return reply.status, reply.read()
