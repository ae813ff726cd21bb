"""The tests several times over, each time in an order of its own: time, and what failed in some runs and not in others.

Each run is all of `tests/` but the browser's and `tests/doors`, with another seed of pytest-randomly, so that a failure
can be had again by `make test ARGS="--randomly-seed=<seed>"`. The exit code is 1 if anything failed.
"""

import argparse
import json
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from xml.etree import ElementTree

from config.environment import BASE_DIR

SAME_AS_MAKE_TEST = ("-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")
LEFT_OUT = ("--ignore", "tests/browser", "--ignore", "tests/doors")


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    seed: int
    seconds: float
    tests: int
    failed: tuple[str, ...]
    """Names of tests; what pytest itself said where it wrote no report."""
    reasons: tuple[str, ...] = ()
    """Of each, what its report says first: it may not happen again for a long time."""


def main() -> None:
    parser = argparse.ArgumentParser(description="Run the tests several times in random order.")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("tests", nargs="*", help="Paths; all but the browser's and tests/doors without.")
    given = parser.parse_args()
    rounds = []
    for number in range(1, given.runs + 1):
        rounds.append(run(random.randrange(2**32), given.tests or list(LEFT_OUT)))
        one = rounds[-1]
        print(
            f"run {number}: seed {one.seed}, {one.seconds:.1f} s, {one.tests} tests, {len(one.failed)} failed",
            flush=True,
        )
        for name, reason in zip_longest(one.failed, one.reasons, fillvalue=""):
            print(f"    {name}: {reason[:2_000]}", flush=True)
    print(json.dumps(summary(rounds)))
    sys.exit(any(one.failed for one in rounds))


def run(seed: int, arguments: list[str]) -> Round:
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", *SAME_AS_MAKE_TEST, f"--randomly-seed={seed}"]
        begun = time.monotonic()
        done = subprocess.run(
            [*command, f"--junit-xml={report}", *arguments],
            cwd=BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - begun
        if not report.exists():
            return Round(seed=seed, seconds=seconds, tests=0, failed=((done.stdout + done.stderr)[-2_000:],))
        cases = list(ElementTree.parse(report).getroot().iter("testcase"))
    wrong = sorted(
        (f"{case.get('classname')}::{case.get('name')}", told.get("message", ""))
        for case in cases
        for told in [*case.iter("failure"), *case.iter("error")][:1]
    )
    names = tuple(name for name, _ in wrong)
    # A run may also end badly without a test at fault: a warning at the end, or a worker that died.
    failed = names or (() if done.returncode == 0 else (done.stdout[-2_000:],))
    reasons = tuple(reason for _, reason in wrong)
    return Round(seed=seed, seconds=seconds, tests=len(cases), failed=failed, reasons=reasons)


def summary(rounds: list[Round]) -> dict[str, object]:
    """`flaky` failed in some runs and not in all."""
    times = Counter(name for one in rounds for name in one.failed)
    return {
        "runs": len(rounds),
        "tests": max(one.tests for one in rounds),
        "failed_runs": sum(bool(one.failed) for one in rounds),
        "seconds": [round(one.seconds, 1) for one in rounds],
        "flaky": sorted(name for name, count in times.items() if count < len(rounds)),
        "broken": sorted(name for name, count in times.items() if count == len(rounds)),
    }


if __name__ == "__main__":
    main()
