"""How soon a question's stream begins and tells a step, and what the page weighs: the demo, served as `make demo` does,
asked over HTTP and opened in Debian's chromium, nothing compressed or cached."""

import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, sync_playwright

from benchmarks import CHECKOUT
from benchmarks.harness import progress
from deploy.topology.server_process import free_port

CHROMIUM = "/usr/bin/chromium"
QUESTION = "How many orders are there?"
ROUNDS = 7
READY_S = 300.0
"""A first start builds both demo databases."""

ASK_TIMEOUT_S = 60.0
SIGN_IN = re.compile(r"^  (\S+) +(\S+)   of ")
KEY = re.compile(r"Bearer (qk_[^']+)'")


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    address: str
    user: str
    password: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Weight:
    kb: float
    requests: int


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=ROUNDS, help="Questions, of which the median counts.")
    rounds = parser.parse_args().limit
    with served() as demo:
        progress(f"  {rounds} streams of {demo.address}")
        streams = [stream_times(demo, f"{QUESTION[:-1]} ?" if number % 2 else QUESTION) for number in range(rounds + 1)]
        progress("  the page")
        start, answer = weights(demo)
    first_byte, first_step = (statistics.median(column) * 1000 for column in zip(*streams[1:], strict=True))
    figures = {
        "first_byte_ms": round(first_byte),
        "first_step_ms": round(first_step),
        "page_kb": start.kb,
        "requests": start.requests,
        "answer_kb": answer.kb,
        "answer_requests": answer.requests,
        "load": round(os.getloadavg()[0], 1),
    }
    sys.stdout.write(json.dumps(figures) + "\n")


@contextmanager
def served() -> Iterator[Demo]:
    """The demo, in the benchmarks' own folder; built by the first run."""
    port = free_port()
    command = [sys.executable, str(CHECKOUT / "manage.py"), "demo", "--port", str(port)]
    log = Path(os.environ["QUERENT_HOME"]) / "page.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    progress(f"  starting the demo, whose log is {log}")
    with (
        log.open("w") as errors,
        subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, stderr=errors, text=True) as process,
    ):
        try:
            assert process.stdout is not None
            yield told(process.stdout, address=f"http://127.0.0.1:{port}")
        finally:
            process.terminate()


def told(lines: Iterable[str], *, address: str) -> Demo:
    """What the demo prints for whoever tries it."""
    user = password = key = ""
    for line in lines:
        if (found := SIGN_IN.match(line)) and not user:
            user, password = found.groups()
        if found := KEY.search(line):
            key = found[1]
        if line.startswith("API description:"):
            break
    else:
        sys.exit("The demo did not start: its log says why.")
    wait_until_ready(address)
    return Demo(address=address, user=user, password=password, key=key)


def wait_until_ready(address: str) -> None:
    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        try:
            connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=2)
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.2)
    sys.exit(f"The demo was not ready within {READY_S:.0f} s.")


def stream_times(demo: Demo, question: str) -> tuple[float, float]:
    """Seconds from sending a question to its stream's first byte, and to its first step."""
    connection = http.client.HTTPConnection(urlsplit(demo.address).netloc, timeout=ASK_TIMEOUT_S)
    headers = {
        "Authorization": f"Bearer {demo.key}",
        "Content-Type": "application/json",
        "Accept": "text/event-stream",
    }
    began = time.perf_counter()
    connection.request("POST", "/nl2sql", json.dumps({"question": question}), headers)
    response = connection.getresponse()
    first_byte = first_step = 0.0
    while line := response.readline():
        now = time.perf_counter() - began
        first_byte = first_byte or now
        if line.startswith(b"event: step"):
            first_step = first_step or now
    connection.close()
    if not first_step:
        sys.exit(f"The question was not worked on: {response.status}.")
    return first_byte, first_step


def weights(demo: Demo) -> tuple[Weight, Weight]:
    """Of the start page, and of an answer's."""
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"]) as browser,
    ):
        page = browser.new_page()
        page.goto(f"{demo.address}/login")
        page.get_by_label("User name").fill(demo.user)
        page.get_by_label("Password").fill(demo.password)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_label("Ask a question about your data").fill(QUESTION)
        page.get_by_role("button", name="Ask", exact=True).click()
        page.locator("article.answer:not(.working)").wait_for()
        answer = page.url
        return weight(page, f"{demo.address}/"), weight(page, answer)


def weight(page: Page, address: str) -> Weight:
    """As bytes on the wire, of a first visit."""
    sizes: list[float] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    page.goto(address, wait_until="networkidle")
    session.detach()
    return Weight(kb=round(sum(sizes) / 1000), requests=len(sizes))


if __name__ == "__main__":
    main()
