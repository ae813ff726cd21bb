"""Every snippet of the documents, run as a reader would run it: in a copy of the checkout, beside `make demo`.

What a document shows below a snippet must be what it prints. What is not run says why, just above it.
"""

import configparser
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import psycopg
import pytest
import yaml

from config.embedded_postgres import EmbeddedPostgres
from config.environment import BASE_DIR
from config.reference.settings_table import variable_names
from tests.mariadb import MariadbServer
from tests.node import NODE
from tests.pdf_files import pdf_of
from tests.processes import ended, free_port, serves
from tests.scripted_model import REFUSES, Recorded, Reply, ScriptedModel, answers
from tests.snippets import Snippet, documents, is_printed, snippets

START_S, SHELL_S, STOP_S = 240, 240, 30
TUTORIAL = BASE_DIR / "docs" / "tutorial.md"
METRICS_TOKEN = "only-for-this-run"

PREAMBLE = """
set -euo pipefail
manage.py() { .venv/bin/python manage.py "$@"; }
curl() { command curl --fail-with-body --no-progress-meter --max-time 60 "$@"; }
"""

SCOPES = (
    *("ask", "schema:read", "schema:sync", "knowledge:write", "sources:write", "model:write"),
    *("keys:write", "audit:read", "usage:read", "embed"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody with a clone and a running demo."""

    folder: Path
    address: str
    environment: dict[str, str]
    demo: str
    """What `make demo` had printed when it served."""


def written(request: Recorded) -> Reply:
    """What the model of these pages says."""
    if "our revenue in February" in request.text:
        total = "SELECT SUM(total) AS revenue FROM orders WHERE status = 'paid' AND ordered_on LIKE '2026-02-%'"
        return answers(sql=total, interpreted_as="Revenue of paid orders in February 2026.")
    if "missed their revenue target" in request.text:
        return answers(sql="SELECT DISTINCT store_id FROM operations.store_targets", interpreted_as="Stores by target.")
    return REFUSES


@pytest.fixture(scope="module")
def model() -> Iterator[ScriptedModel]:
    with ScriptedModel() as scripted:
        scripted.default = written
        yield scripted


@pytest.fixture(scope="module")
def clone() -> Iterator[Path]:
    # Not pytest's own folder, which only its owner may enter: the server is another user when we are root.
    folder = Path(tempfile.mkdtemp(prefix="querent-clone-"))
    folder.chmod(0o755)
    copy_checkout(folder)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def reader(clone: Path, model: ScriptedModel) -> Iterator[Reader]:
    folder = clone
    kept = ("PATH", "HOME", "LANG", "USER", "TZ", "TMPDIR")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment |= {"METRICS_TOKEN": METRICS_TOKEN, "LLM_NETWORKS": "127.0.0.0/8"}
    port = free_port()
    log = folder / "demo.log"
    with log.open("w") as output:
        demo = subprocess.Popen(
            ["make", "demo", f"ARGS=--port {port} --orders 2000"],
            cwd=folder,
            env=environment,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_for(lambda: "Serving" in log.read_text() and serves(address), demo, log)
        yield Reader(folder=folder, address=address, environment=environment, demo=log.read_text())
    finally:
        with suppress(ProcessLookupError):
            os.killpg(demo.pid, signal.SIGTERM)
        demo.wait(60)
        assert_nothing_is_left(EmbeddedPostgres(folder / ".querent").data_folder / "postmaster.pid")


def copy_checkout(folder: Path) -> None:
    """What a clone would hold, with what is not committed yet, and the packages that are installed."""
    listed = ended(["git", "ls-files", "--cached", "--others", "--exclude-standard"])
    assert listed.returncode == 0, listed.stderr
    for name in listed.stdout.splitlines():
        if (BASE_DIR / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(BASE_DIR / name, folder / name)
    (folder / ".venv").symlink_to(BASE_DIR / ".venv")


def assert_nothing_is_left(server: Path) -> None:
    """The database ends with the last process that uses it."""
    end = time.monotonic() + STOP_S
    while server.exists() and time.monotonic() < end:
        time.sleep(0.2)
    assert not server.exists(), "PostgreSQL still runs"


def wait_for(done: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + START_S
    while not done():
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.2)


@pytest.fixture(scope="module")
def acme(reader: Reader, model: ScriptedModel) -> Reader:
    """The tutorial done, which the other pages take for granted, and the files and variables that they name."""
    run_shell(TUTORIAL, reader, model)
    command = [".venv/bin/python", "manage.py", "create_api_key", "--tenant", "acme", "--role", "owner"]
    key = run([*command, *(f"--scope={scope}" for scope in SCOPES)], reader).strip()
    reader.environment["KEY"] = key
    asked = {"question": "How many customers are in Lyon?"}
    reply = httpx.post(f"{reader.address}/nl2sql", json=asked, headers={"Authorization": f"Bearer {key}"}, timeout=60)
    reader.environment["RUN"] = reply.json()["id"]
    (reader.folder / "handbook.pdf").write_bytes(pdf_of([(12, "Net revenue is what is left after refunds.")]))
    questions = next(one for one in snippets(BASE_DIR / "docs" / "evaluation.md") if one.language == "json")
    (reader.folder / "questions.jsonl").write_text(questions.text)
    (reader.folder / "queries.jsonl").write_text(
        '{"question": "How many orders are paid?", "sql": "SELECT COUNT(*) FROM orders WHERE status = \'paid\'"}\n'
    )
    return reader


def test_the_demo_prints_what_the_readme_shows(reader: Reader) -> None:
    """But the figures, of which there are fewer here."""
    shown = next(one.text for one in snippets(BASE_DIR / "README.md") if one.language == "text")
    head, _, answer = shown.partition("Assumed")
    assert is_printed(reader.demo, shown=head.rstrip())
    assert re.search(r"^Number of orders: \d+ \(checked\)$", reader.demo, re.MULTILINE), answer


@pytest.mark.parametrize(
    "path", [path for path in documents() if path != TUTORIAL], ids=lambda path: str(path.relative_to(BASE_DIR))
)
def test_snippets_do_what_the_document_says(path: Path, acme: Reader, model: ScriptedModel) -> None:
    try:
        check_document(path, run_shell(path, acme, model), model)
    finally:
        # One page gives the tenant a model of its own, which the others do not know of.
        headers = {"Authorization": f"Bearer {acme.environment['KEY']}"}
        assert httpx.delete(f"{acme.address}/api/v1/model", headers=headers, timeout=60).is_success


def check_document(path: Path, reader: Reader, model: ScriptedModel) -> None:
    """What is no command, which the whole document's were run already."""
    for snippet in snippets(path):
        if snippet.not_run is None:
            try:
                CHECKS[snippet.language](local(snippet.text, reader, model), snippet, reader)
            except Exception as error:
                error.add_note(f"{snippet.place}\n{snippet.text}")
                raise


def test_mysql_statements_are_run(mariadb_server: MariadbServer) -> None:
    found = [one.text for path in documents() for one in snippets(path) if one.language == "mysql"]
    assert found
    mariadb_server.run("CREATE DATABASE IF NOT EXISTS sales")
    for text in found:
        mariadb_server.run(text)


def run_shell(path: Path, reader: Reader, model: ScriptedModel) -> Reader:
    """All of a document's commands in one shell, so that a variable set in one snippet stands in the next; what they
    exported is there for its programs."""
    commands = [one for one in snippets(path) if one.language == "sh" and one.not_run is None]
    out = reader.folder / "printed"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir()
    blocks = [
        f"{{\n{local(one.text, reader, model)}}} > printed/{number}.out 2> printed/{number}.err\n"
        for number, one in enumerate(commands)
    ]
    done = ended(
        ["bash", "-c", PREAMBLE + "".join(blocks) + "env -0 > printed/environment"],
        cwd=reader.folder,
        env=reader.environment,
        stdin=subprocess.DEVNULL,
        timeout=SHELL_S,
    )
    begun = [(out / f"{number}.out").exists() for number in range(len(commands))].count(True)
    for number, snippet in enumerate(commands[:begun]):
        printed = (out / f"{number}.out").read_text()
        told = f"{snippet.place}\n{snippet.text}\n{printed}\n{(out / f'{number}.err').read_text()}"
        assert number + 1 < begun or done.returncode == 0, told
        if snippet.prints is not None:
            assert is_printed(printed, shown=snippet.prints), told
    assert begun == len(commands), done.stderr
    exported = (out / "environment").read_text().rstrip("\0").split("\0")
    return replace(reader, environment=dict(one.split("=", 1) for one in exported))


def run(command: list[str], reader: Reader) -> str:
    done = ended(command, cwd=reader.folder, env=reader.environment, timeout=SHELL_S)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def local(text: str, reader: Reader, model: ScriptedModel) -> str:
    """Addresses of the documents are those of this run."""
    places = {
        "http://127.0.0.1:8000": reader.address,
        "https://querent.example.com": reader.address,
        "http://127.0.0.1:11434/v1": model.url,
        "https://models.example.com/v1": model.url,
    }
    for named, here in places.items():
        text = text.replace(named, here)
    return text


def check_python(text: str, snippet: Snippet, reader: Reader) -> None:
    printed = run([".venv/bin/python", "-c", text], reader)
    if snippet.prints is not None:
        assert is_printed(printed, shown=snippet.prints), printed


def check_json(text: str, snippet: Snippet, reader: Reader) -> None:
    """One object, or one a line."""
    try:
        json.loads(text)
    except json.JSONDecodeError:
        for line in text.splitlines():
            json.loads(line)


def check_sql(text: str, snippet: Snippet, reader: Reader) -> None:
    """By a real server, which forgets it again. The tables and roles are there, or made for it."""
    settings = EmbeddedPostgres(reader.folder / ".querent").admin_settings()
    address = {"host": settings["HOST"], "port": settings["PORT"], "user": settings["USER"]}
    with psycopg.connect(**address, dbname="bean_there") as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS sales; CREATE TABLE orders (region text, team_id int)")
        connection.execute(text)
        connection.rollback()


def check_js(text: str, snippet: Snippet, reader: Reader) -> None:
    subprocess.run([NODE, "--check", "-"], input=text, text=True, check=True, timeout=30)


def check_http(text: str, snippet: Snippet, reader: Reader) -> None:
    method, path = text.split()
    headers = {"Authorization": f"Bearer {reader.environment['KEY']}"}
    reply = httpx.request(method, reader.address + path, headers=headers, timeout=60)
    assert reply.is_success, reply.text


def check_ini(text: str, snippet: Snippet, reader: Reader) -> None:
    """Of a file like `.env` too, which has no sections; its names must be settings."""
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # as the library's documents say
    has_sections = text.lstrip().startswith("[")
    parser.read_string(text if has_sections else f"[env]\n{text}")
    if not has_sections:
        assert set(parser["env"]) <= set(variable_names())


def check_yaml(text: str, snippet: Snippet, reader: Reader) -> None:
    list(yaml.safe_load_all(text))


def nothing(text: str, snippet: Snippet, reader: Reader) -> None:
    """Shell was run with the whole document, MySQL by a test of its own; text is no code."""


CHECKS: dict[str, Callable[[str, Snippet, Reader], None]] = {
    "sh": nothing,
    "text": nothing,
    "python": check_python,
    "json": check_json,
    "sql": check_sql,
    "mysql": nothing,
    "js": check_js,
    "http": check_http,
    "ini": check_ini,
    "yaml": check_yaml,
}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("json", "{"),
        ("js", "let = ;"),
        ("ini", "NOT_A_SETTING=1"),
        ("yaml", "a: ["),
    ],
)
def test_what_is_wrong_is_found(language: str, text: str, tmp_path: Path) -> None:
    nobody = Reader(folder=tmp_path, address="", environment={}, demo="")
    snippet = Snippet(path=TUTORIAL, line=1, language=language, text=text)
    with pytest.raises(Exception):  # noqa: B017  each parser has its own
        CHECKS[language](text, snippet, nobody)


def test_an_output_is_compared_line_by_line() -> None:
    output = "one  \ntwo\nthree 3\nfour\n"
    assert is_printed(output, shown="one\n…\nthree …\nfour")
    assert is_printed(output, shown="two\nthree 3")
    for shown in ("two\nfour", "one\n…\nfive", "three 4", "tw"):
        assert not is_printed(output, shown=shown)
