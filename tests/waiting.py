"""Waiting for what another thread or process does."""

import time
from collections.abc import Callable

DEADLINE_S = 30.0


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        assert time.monotonic() < deadline, "it was not done in time"
        time.sleep(0.02)
