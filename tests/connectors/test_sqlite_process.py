"""A child that does not behave is ended, whatever it does. The children here are programs of the test."""

import time
from pathlib import Path

import pytest

from schema_index.connectors import sqlite_process
from schema_index.connectors.sqlite_process import ChildFailed, ChildKilled, Frame, frames

READ = "import sys, os, time, json\nrequest = json.loads(sys.stdin.buffer.readline())\n"


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, program: str) -> list[Frame]:
    child = folder / "child.py"
    child.write_text(program)
    monkeypatch.setattr(sqlite_process, "CHILD", child)
    return list(frames({"sql": "SELECT 1"}, deadline_ms=300, max_output=100_000))


def test_frames_arrive_in_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    program = READ + "print(json.dumps(request))\nprint('{\"end\": true}')"

    assert run(monkeypatch, tmp_path, program) == [{"sql": "SELECT 1"}, {"end": True}]


@pytest.mark.parametrize(
    "program",
    [
        READ + "time.sleep(60)",
        READ + "print('{', end='', flush=True)\nos.close(2)\ntime.sleep(60)",
        READ + "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass",
    ],
)
def test_a_child_past_its_deadline_is_killed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str) -> None:
    started = time.monotonic()

    with pytest.raises(ChildKilled):
        run(monkeypatch, tmp_path, program)

    assert time.monotonic() - started < 3


@pytest.mark.parametrize(
    "program",
    [
        "",
        READ + "os.abort()",
        READ + "print('{\"rows\": []}')",
        READ + "print('no json')",
        READ + 'while True: print(\'{"rows": [], "truncated": false}\')',
        READ + "while True: sys.stdout.write('x' * 1000)",
    ],
)
def test_a_child_that_dies_or_babbles_has_failed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, program: str) -> None:
    with pytest.raises(ChildFailed):
        run(monkeypatch, tmp_path, program)


def test_the_child_sees_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QUERENT_TEST_SECRET", "x")
    program = READ + "print(json.dumps({'names': sorted(os.environ)}))\nprint('{\"end\": true}')"

    (seen, _) = run(monkeypatch, tmp_path, program)

    assert set(seen["names"]) <= {"LC_CTYPE", "LD_LIBRARY_PATH"}
