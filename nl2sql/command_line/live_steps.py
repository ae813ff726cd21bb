"""The steps of a run while it is at work, for a person at a terminal; plain lines where it is none."""

from collections.abc import Mapping
from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.progress import Progress, ProgressColumn, SpinnerColumn, Task, TaskID, TextColumn
from rich.text import Text

from nl2sql.events import Event, StepDone, StepName, StepStarted

WORDS: Mapping[StepName, str] = {
    "retrieve": "Find the tables",
    "generate": "Write the statement",
    "validate": "Prove it safe",
    "execute": "Run it",
    "check": "Check the answer",
}


class LiveSteps:
    """To be used in a `with`; called with each event as it happens. In a terminal a step shows the time it has taken
    so far, and stays with the time it took."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._progress: Progress | None = None
        if file.isatty():
            columns = (SpinnerColumn(finished_text="✓"), TextColumn("[dim]{task.description}[/dim]"), _Seconds())
            self._progress = Progress(*columns, console=Console(file=file))
        self._open: TaskID | None = None

    def __enter__(self) -> "LiveSteps":
        if self._progress is not None:
            self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._progress is None:
            return
        if self._open is not None:
            # It came to no end: the reply says why.
            self._progress.remove_task(self._open)
        self._progress.stop()

    def __call__(self, event: Event) -> None:
        if isinstance(event, StepDone) and self._progress is None:
            self._file.write(f"{_told(event.name, event.attempt)}: {event.ms} ms\n")
            self._file.flush()
        elif isinstance(event, StepDone) and self._progress is not None and self._open is not None:
            self._progress.update(self._open, completed=1)
            self._open = None
        elif isinstance(event, StepStarted) and self._progress is not None:
            self._open = self._progress.add_task(_told(event.name, event.attempt), total=1)


class _Seconds(ProgressColumn):
    def render(self, task: Task) -> Text:
        elapsed = task.finished_time if task.finished else task.elapsed
        return Text(f"{elapsed or 0:.1f} s", style="dim")


def _told(name: StepName, attempt: int) -> str:
    return WORDS[name] if attempt == 1 else f"{WORDS[name]} (attempt {attempt})"
