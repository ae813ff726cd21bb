"""What one question costs the product: its work in milliseconds by part, and its statements to Querent's own database.

The whole way of a request, from the ASGI application's middleware to the reply, in one thread: a door, the run, the
pipeline, the guard, a PostgreSQL target. The model is a real HTTP server without latency.
"""

import cProfile
import json
import os
import pstats
import re
import resource
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks import CHECKOUT
from benchmarks.harness import prepared, progress
from benchmarks.load_shop import REPLY, SETTINGS, furnish, questions
from tests.scripted_model import ScriptedModel

WARM_UP = 30
LINES = 25
OWN = ("config", "nl2sql", "schema_index", "tenants")


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=200, help="Questions that are measured.")
    parser.add_argument("--out", type=Path, help="Keep the profile here, for snakeviz or pstats.")
    given = parser.parse_args()
    with ScriptedModel(default=REPLY) as model:
        os.environ.update(SETTINGS, LLM_BASE_URL=model.url, LOG_LEVEL="ERROR")
        prepared()
        ask = _asker()
        progress(f"  {WARM_UP} questions to warm up")
        _ask_all(ask, questions(WARM_UP, "warm"))
        progress(f"  {given.limit} questions")
        figures = _timed(ask, questions(given.limit, "timed"))
        with _counted() as statements:
            _ask_all(ask, questions(20, "counted"))
        # Processor time of the thread: waits cost nobody anything.
        profile = cProfile.Profile(time.thread_time)
        profile.runcall(_ask_all, ask, questions(given.limit, "profiled"))
    if given.out:
        profile.dump_stats(given.out)
    _print(profile, questions_=given.limit)
    print("\nStatements of one question")
    for text, number in statements.most_common():
        print(f"  {number / 20:6.2f}  {text}")
    figures["statements_per_ask"] = round(statements.total() / 20, 1)
    print(json.dumps(figures))


def _asker() -> Callable[[str], None]:
    from django.conf import settings  # noqa: PLC0415  the settings are ready by now
    from django.test import Client  # noqa: PLC0415

    folder = CHECKOUT / ".querent" / "bench"
    assert settings.ACCESS.admin is not None, "the benchmark has a server of its own"
    key = furnish(settings.ACCESS.admin, folder=folder)
    client = Client(headers={"Authorization": f"Bearer {key}", "Host": "localhost"})

    def ask(question: str) -> None:
        reply = client.post("/nl2sql", {"question": question}, content_type="application/json")
        assert reply.status_code == 200, reply.content
        assert reply.json()["status"] == "completed", reply.content

    return ask


def _ask_all(ask: Callable[[str], None], texts: list[str]) -> None:
    for text in texts:
        ask(text)


def _timed(ask: Callable[[str], None], texts: list[str]) -> dict[str, Any]:
    """Milliseconds of this process a question: of processor time, its threads included, and as the caller waits."""
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.monotonic()
    _ask_all(ask, texts)
    after, seconds = resource.getrusage(resource.RUSAGE_SELF), time.monotonic() - started
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"cpu_ms_per_ask": round(cpu * 1_000 / len(texts), 1), "ms_per_ask": round(seconds * 1_000 / len(texts), 1)}


@contextmanager
def _counted() -> Iterator[Counter[str]]:
    """What this thread sends to the database, without its values."""
    from django.db import connection  # noqa: PLC0415
    from django.db.backends.signals import connection_created  # noqa: PLC0415

    found: Counter[str] = Counter()

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        found[
            re.sub(r"\s+", " ", re.sub(r"'[^']*'", "'…'", re.sub(r'"[^"]*"\."([^"]*)"', r"\1", sql)))[:110].strip()
        ] += 1
        return execute(sql, params, many, context)

    def opened(**_: Any) -> None:
        found["(a connection is opened)"] += 1

    connection_created.connect(opened)
    with connection.execute_wrapper(note):
        yield found
    connection_created.disconnect(opened)


def _print(profile: cProfile.Profile, *, questions_: int) -> None:
    stats = pstats.Stats(profile).stats  # type: ignore[attr-defined]  # not in the stubs
    total = sum(own for _, _, own, _, _ in stats.values())
    parts: Counter[str] = Counter()
    for (file, _, _), (_, _, own, _, _) in stats.items():
        parts[_part(file)] += own
    print(
        f"Milliseconds of one question by the code that is at work (under the profile: {total * 1e3 / questions_:.1f})"
    )
    for part, own in parts.most_common(LINES):
        print(f"  {own * 1e3 / questions_:6.2f}  {part}")
    print("\nMilliseconds of one question in our own functions with all that they call")
    ours = [
        (whole, f"{_short(file)}:{line} {name}")
        for (file, line, name), (_, _, _, whole, _) in stats.items()
        if _short(file).split("/")[0] in OWN
    ]
    for whole, place in sorted(ours, reverse=True)[: 2 * LINES]:
        print(f"  {whole * 1e3 / questions_:6.2f}  {place}")


def _short(file: str) -> str:
    return str(Path(file).relative_to(CHECKOUT)) if file.startswith(str(CHECKOUT)) else file


def _part(file: str) -> str:
    short = _short(file)
    if "site-packages/" in short:
        return short.split("site-packages/")[1].split("/")[0]
    if short.split("/")[0] in OWN:
        return "/".join(short.split("/")[:2]).removesuffix(".py")
    return "python" if short != "~" else "built in"


if __name__ == "__main__":
    main()
