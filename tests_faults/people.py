"""People who ask at once, and who ask again with the same key when the connection breaks, as a careful client does."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

IN_FLIGHT = 20
PAUSE_S = 0.25
REQUEST_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """How one question ended for its asker. `run_id` is empty where it was never learnt."""

    tag: str
    outcome: str
    code: str = ""
    seconds: float = 0.0
    requests: int = 1


@dataclass(kw_only=True)
class Round:
    """Questions under way; `asked` holds those that are over."""

    tags: list[str]
    started: float = field(default_factory=time.monotonic)
    futures: list[Future[Asked]] = field(default_factory=list)

    @property
    def over(self) -> int:
        return sum(future.done() for future in self.futures)

    def results(self, *, timeout_s: float) -> list[Asked]:
        done, waiting = wait(self.futures, timeout_s)
        assert not waiting, f"{len(waiting)} questions are still waited for after {timeout_s:.0f} s"
        return [future.result() for future in done]


class People:
    def __init__(self, url: str, *, key: str) -> None:
        # A connection for each question, as many askers have.
        limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
        headers = {"Authorization": f"Bearer {key}"}
        self._client = httpx.Client(base_url=url, headers=headers, timeout=REQUEST_TIMEOUT_S, limits=limits)
        self._count = 0

    @contextmanager
    def asking(self, name: str, *, patience_s: float, number: int = IN_FLIGHT) -> Iterator[Round]:
        """So many questions at once in the background."""
        self._count += 1
        tags = [f"{name}-{self._count}-{n:03}" for n in range(number)]
        round_ = Round(tags=tags)
        with ThreadPoolExecutor(number) as pool:
            round_.futures = [pool.submit(self.ask, tag, patience_s=patience_s) for tag in tags]
            yield round_

    def ask(self, tag: str, *, patience_s: float = 30.0) -> Asked:
        """Until the run is over or patience is: broken connections, 5xx without a run and 409 are tried again."""
        started = time.monotonic()
        for requests in range(1, 10_000):
            status, body = self.post("/nl2sql", {"question": question(tag)}, {"Idempotency-Key": tag})
            ended = _ending(status, body)
            if ended is not None or time.monotonic() - started > patience_s:
                outcome, code = ended or ("unanswered", str(body.get("code", status)))
                seconds = time.monotonic() - started
                return Asked(tag=tag, outcome=outcome, code=code, seconds=seconds, requests=requests)
            time.sleep(PAUSE_S)
        raise AssertionError

    def leave(self, tag: str) -> int:
        """Have it answered later; the reply's status."""
        headers = {"Idempotency-Key": tag, "Prefer": "respond-async"}
        return self.post("/nl2sql", {"question": question(tag)}, headers)[0]

    def post(self, path: str, body: Any, headers: dict[str, str] | None = None) -> tuple[int, dict[str, Any]]:
        """Status 0 where no reply came."""
        try:
            reply = self._client.post(path, json=body, headers=headers)
            return reply.status_code, reply.json()
        except (httpx.HTTPError, ValueError) as error:
            return 0, {"code": type(error).__name__}


def question(tag: str) -> str:
    return f"How many orders were there, tag {tag}?"


def _ending(status: int, body: dict[str, Any]) -> tuple[str, str] | None:
    if status == 200:
        return str(body["status"]), ""
    if "run_id" in body:  # a run that failed says which it was
        return "failed", str(body["code"])
    return None


def until(condition: Callable[[], bool], *, timeout_s: float, what: str) -> float:
    """Seconds until it held."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < timeout_s, f"{what}: not within {timeout_s:.0f} s"
        threading.Event().wait(0.1)
    return time.monotonic() - started
