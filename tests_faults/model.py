"""The model endpoint's process, and what it was told to do."""

import json
import sys
from collections import Counter
from pathlib import Path

from config.environment import BASE_DIR
from deploy.topology.server_process import ServerProcess, free_port, listens
from tests_faults.model_process import PREFIX

LATENCY_S = 1.0


class Model:
    """Answers every question after a second, unless told otherwise."""

    def __init__(self, folder: Path) -> None:
        self._folder, port = folder, free_port()
        self.url = f"http://127.0.0.1:{port}{PREFIX}/v1"
        folder.mkdir(parents=True, exist_ok=True)
        self.does("answer")
        command = [sys.executable, "-m", "tests_faults.model_process", str(port), str(folder)]
        self.process = ServerProcess(
            "model",
            command,
            folder=folder,
            environment={"PYTHONPATH": str(BASE_DIR), "PATH": "/usr/bin"},
            is_ready=lambda: listens(port),
        )

    def does(self, kind: str, *, seconds: float = LATENCY_S) -> None:
        """`answer` after so many seconds, `slow` if longer than anybody waits, `limited` with them as Retry-After, or
        `cut` in the middle of the reply."""
        draft = self._folder / "mode.draft"
        draft.write_text(json.dumps({"kind": kind, "seconds": seconds}))
        draft.replace(self._folder / "mode.json")

    def answered(self) -> Counter[str]:
        """How often each question, by its tag, was given an answer."""
        ledger = self._folder / "answered"
        return Counter(ledger.read_text().split()) if ledger.exists() else Counter()
