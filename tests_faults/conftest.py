"""One deployment for all faults, and the table of what they cost."""

import atexit
import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests_faults.deployment import Deployment
from tests_faults.people import Asked

IN_CI = bool(os.environ.get("CI"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """`recovery_s` is from the fault's end until a new question was answered, `settled_s` until all runs had ended and
    nothing was left behind."""

    fault: str
    outcomes: str
    recovery_s: float
    settled_s: float


class Table:
    def __init__(self) -> None:
        self.lines: list[Line] = []

    def add(self, fault: str, asked: Sequence[Asked], *, recovery_s: float, settled_s: float) -> None:
        counts = Counter(one.code or one.outcome for one in asked)
        outcomes = ", ".join(f"{count} {name}" for name, count in counts.most_common())
        line = Line(fault=fault, outcomes=outcomes, recovery_s=round(recovery_s, 1), settled_s=round(settled_s, 1))
        self.lines.append(line)
        sys.stderr.write(f"  {line.fault}: {line.outcomes}; {line.recovery_s} s; settled {line.settled_s} s\n")


TABLE = Table()


@pytest.fixture(scope="session")
def table() -> Table:
    return TABLE


def needs(program: str, *, package: str) -> None:
    """Skips where a server is not installed; never in CI."""
    if shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin") is None and not IN_CI:
        pytest.skip(f"{program} is not installed (Debian: apt-get install {package})")


@pytest.fixture(scope="session")
def folder() -> Path:
    """With every server's log. It goes last of all, after the embedded servers that end with this process; with KEEP
    set, it stays."""
    made = Path(tempfile.mkdtemp(prefix="querent-faults-"))
    made.chmod(0o755)
    if not os.environ.get("KEEP"):
        atexit.register(shutil.rmtree, made, ignore_errors=True)
    return made


@pytest.fixture(scope="session")
def deployment(folder: Path) -> Iterator[Deployment]:
    needs("redis-server", package="redis-server")
    needs("pgbouncer", package="pgbouncer")
    with Deployment(folder) as running:
        assert running.people.ask("warm").outcome == "completed"
        yield running


def pytest_unconfigure() -> None:
    """After pytest's own last words."""
    if not TABLE.lines:
        return
    print(f"\n{'fault':<36} {'recovery s':>10} {'settled s':>10}  how the questions ended")
    for line in TABLE.lines:
        print(f"{line.fault:<36} {line.recovery_s:>10} {line.settled_s:>10}  {line.outcomes}")
    print(json.dumps({line.fault: line.recovery_s for line in TABLE.lines}))
