"""One server of the deployment as an operating-system process: started, waited for, killed, started again."""

import os
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Self

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 20.0
TICK_S = 0.05


class StartFailed(Exception):
    """The process ended, or was not ready in time. The message names its log."""


class ServerProcess:
    """A process group of its own, so that a kill takes its children along. Its output goes to `folder/name.log`."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        is_ready: Callable[[], bool] | None = None,
    ) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._command = list(command)
        self._environment = dict(os.environ if environment is None else environment)
        self._is_ready = is_ready
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, f"{self.name} was not started"
        return self._process.pid

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def is_ready(self) -> bool:
        return self._is_ready is None or self._is_ready()

    def __enter__(self) -> Self:
        """Raises StartFailed, and leaves nothing of it behind."""
        try:
            self.start()
        except BaseException:
            self.kill()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    def start(self, *, wait: bool = True) -> None:
        """Raises StartFailed. `wait` False leaves the waiting to a later `wait_until_ready`."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if wait:
            self.wait_until_ready()

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_TIMEOUT_S
        while not self.is_ready:
            if not self.is_running:
                raise StartFailed(f"{self.name} ended while it started: {self.log} has its last words.")
            if time.monotonic() > deadline:
                raise StartFailed(f"{self.name} was not ready within {START_TIMEOUT_S:.0f} s: see {self.log}.")
            time.sleep(TICK_S)

    def stop(self) -> None:
        """Ask it to end and wait; after STOP_TIMEOUT_S, kill."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """SIGKILL for the whole group, as a machine that loses power, until nobody answers in its place."""
        if self._process is None:
            return
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        self._process.wait(STOP_TIMEOUT_S)
        deadline = time.monotonic() + STOP_TIMEOUT_S
        # Others of the group may hold its port for moments longer, so that the next one would seem ready before it is.
        while self._is_ready is not None and self._is_ready() and time.monotonic() < deadline:
            time.sleep(TICK_S)


class Servers(ExitStack, ABC):
    """Servers that run as long as the block. When one of them does not start, the others end."""

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self.close()
            raise
        return self

    @abstractmethod
    def _start(self) -> None:
        """Each with what ends it on this stack."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(("127.0.0.1", port)) == 0
