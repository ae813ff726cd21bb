"""A child that does not behave is ended, whatever it does. The children here are programs of the test."""

import time
from pathlib import Path

import pytest

from schema_index.connectors.child_process import Bounds, Child, ChildFailed, ChildKilled, frames
from schema_index.connectors.child_protocol import Frame

READ = "import sys, os, time, json\nrequest = json.loads(sys.stdin.buffer.readline())\n"


def run(folder: Path, program: str, *, sql: str = "SELECT 1", each_frame: bool = False) -> list[Frame]:
    (folder / "child_of_the_test.py").write_text(program)
    child = Child(module="child_of_the_test", folders=(folder,))
    bounds = Bounds(deadline_ms=300, max_output=100_000, each_frame=each_frame)
    return list(frames({"sql": sql}, child=child, bounds=bounds))


def test_frames_arrive_in_order(tmp_path: Path) -> None:
    program = READ + "print(json.dumps(request))\nprint('{\"end\": true}')"

    assert run(tmp_path, program) == [{"sql": "SELECT 1"}, {"end": True}]


@pytest.mark.parametrize(
    "program",
    [
        READ + "time.sleep(60)",
        READ + "print('{', end='', flush=True)\nos.close(2)\ntime.sleep(60)",
        # It does not even take the request, which is larger than a pipe.
        "import time\ntime.sleep(60)",
        READ + "import signal\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass",
    ],
)
def test_a_child_past_its_deadline_is_killed(tmp_path: Path, program: str) -> None:
    started = time.monotonic()

    with pytest.raises(ChildKilled):
        run(tmp_path, program, sql="x" * 500_000)

    assert time.monotonic() - started < 3


@pytest.mark.parametrize("each_frame", [False, True])
def test_time_and_output_are_counted_for_all_frames_or_for_each(tmp_path: Path, each_frame: bool) -> None:
    program = READ + "for _ in range(4):\n    time.sleep(0.2)\n    print(json.dumps('x' * 40_000), flush=True)\n"
    program += "print('{\"end\": true}')"
    if not each_frame:
        with pytest.raises((ChildKilled, ChildFailed)):
            run(tmp_path, program)
        return

    assert run(tmp_path, program, each_frame=True) == [*["x" * 40_000] * 4, {"end": True}]


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
def test_a_child_that_dies_or_babbles_has_failed(tmp_path: Path, program: str) -> None:
    with pytest.raises(ChildFailed):
        run(tmp_path, program)


def test_the_child_sees_nothing_of_our_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("QUERENT_TEST_SECRET", "x")
    program = READ + "print(json.dumps({'names': sorted(os.environ)}))\nprint('{\"end\": true}')"

    (seen, _) = run(tmp_path, program)

    assert set(seen["names"]) <= {"LC_CTYPE", "LD_LIBRARY_PATH"}
