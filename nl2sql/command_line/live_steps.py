"""The steps of a run while it is at work, for a person at a terminal; plain lines where it is none."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from typing import TextIO

from rich.console import Console
from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task, TextColumn
from rich.text import Text

from nl2sql.events import Event, StepDone, StepName, StepStarted

WORDS: Mapping[StepName, str] = {
    "recall": "Find the kept answer",
    "retrieve": "Find the tables",
    "generate": "Write the statement",
    "validate": "Prove it safe",
    "execute": "Run it",
    "check": "Check the answer",
    "candidates": "Write and compare others",
}


@contextmanager
def live_steps(file: TextIO) -> Iterator[Callable[[Event], None]]:
    """To be called with each event as it happens. In a terminal a step shows the time it has taken so far, and stays
    with the time it took; one that came to no end goes, and the reply says why."""
    if not file.isatty():
        yield partial(_write_line, file)
        return
    columns = (SpinnerColumn(finished_text="✓"), TextColumn("[dim]{task.description}[/dim]"), _Seconds())
    with Progress(*columns, console=Console(file=file)) as progress:

        def show(event: Event) -> None:
            if isinstance(event, StepStarted):
                progress.add_task(_told(event), total=1)
            elif isinstance(event, StepDone):
                for task_id in progress.task_ids[-1:]:
                    progress.update(task_id, completed=1)

        try:
            yield show
        finally:
            for task in progress.tasks:
                if not task.finished:
                    progress.remove_task(task.id)


def _write_line(file: TextIO, event: Event) -> None:
    if isinstance(event, StepDone):
        file.write(f"{_told(event)}: {event.ms} ms\n")
        file.flush()


class _Seconds(ProgressColumn):
    def render(self, task: Task) -> Text:
        elapsed = task.finished_time if task.finished else task.elapsed
        return Text(f"{elapsed or 0:.1f} s", style="dim")


def _told(step: StepStarted | StepDone) -> str:
    return WORDS[step.name] if step.attempt == 1 else f"{WORDS[step.name]} (attempt {step.attempt})"
