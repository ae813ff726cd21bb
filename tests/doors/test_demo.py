"""The whole demonstration, on a machine that has nothing of it yet."""

import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.processes import ended


@pytest.fixture
def empty_home() -> Iterator[Path]:
    # Not below pytest's own folder: its server runs as another user when we are root, who may not enter there.
    home = Path(tempfile.mkdtemp(prefix="querent-demo-"))
    home.chmod(0o755)
    yield home
    _stop_server(home)
    shutil.rmtree(home, ignore_errors=True)


def test_the_demo_answers_on_an_empty_machine(empty_home: Path) -> None:
    """Both demo databases are built, synced, embedded and asked, by processes of their own."""
    kept = ("PATH", "HOME", "LANG", "ENV_FILE", "LD_LIBRARY_PATH", "OPENBLAS_NUM_THREADS")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    first = ended(
        [sys.executable, "-W", "error", "manage.py", "demo", "--once", "--orders", "3000"],
        env={**environment, "QUERENT_HOME": str(empty_home)},
        timeout=120,
    )

    assert first.returncode == 0, first.stderr
    assert first.stdout.count("--- ") == 3
    assert [line for line in first.stdout.splitlines() if line.startswith("---")] == [
        "--- Bean There",
        "--- Bean There",
        "--- Northlight",
    ]
    assert len(re.findall(r"^  +0\.\d{3}  \w+\.\w+  ", first.stdout, re.MULTILINE)) >= 9, "tables with their similarity"
    assert first.stdout.count("SELECT") == 3
    assert len(re.findall(r"^ *\w.* +\d+ *$|^ *\d+ *$", first.stdout, re.MULTILINE)) >= 3, "rows"
    assert "reading the schema" in first.stderr


def _stop_server(home: Path) -> None:
    """It stops with its last user, but may still be about it."""
    file = home / "postgres" / "postmaster.pid"
    if file.exists():
        process = psutil.Process(int(file.read_text().split("\n", 1)[0]))
        process.terminate()
        process.wait(10)
