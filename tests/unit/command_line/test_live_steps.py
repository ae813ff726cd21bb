"""What a person at a terminal sees of a run at work, and what a file gets."""

import io
import re
from typing import get_args

from nl2sql.command_line.live_steps import WORDS, live_steps
from nl2sql.events import StepDone, StepName, StepStarted

EVENTS = (
    StepStarted(name="retrieve"),
    StepDone(name="retrieve", ms=12),
    StepStarted(name="generate"),
    StepDone(name="generate", ms=340),
    StepStarted(name="generate", attempt=2),
)


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_every_step_has_its_words() -> None:
    assert set(WORDS) == set(get_args(StepName))


def test_a_file_gets_a_line_for_each_step() -> None:
    file = io.StringIO()

    with live_steps(file) as steps:
        for event in EVENTS:
            steps(event)

    assert file.getvalue() == "Find the tables: 12 ms\nWrite the statement: 340 ms\n"


def test_a_terminal_shows_the_time_of_each_step_and_forgets_what_came_to_no_end() -> None:
    terminal = _Terminal()

    with live_steps(terminal) as steps:
        for event in EVENTS:
            steps(event)

    last = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", terminal.getvalue()).split("\r")[-1]
    assert re.findall(r"✓ (Find the tables|Write the statement)\s+0\.\d s", last) == [
        "Find the tables",
        "Write the statement",
    ]
    assert "attempt 2" not in last
