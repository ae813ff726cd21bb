"""Threads that do one thing at the same moment."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import connections

from tenants.quotas import QuotaExceeded

T = TypeVar("T")

Ready = Callable[[], int]
"""Waits until all are there."""


def raced(racers: int, act: Callable[[Ready], T]) -> list[T]:
    start = threading.Barrier(racers, timeout=20)

    def race(_: int) -> T:
        try:
            return act(start.wait)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(max_workers=racers) as pool:
        return list(pool.map(race, range(racers), timeout=30))


def winners(racers: int, act: Callable[[Ready], object]) -> int:
    """How many were not refused for a quota."""

    def won(ready: Ready) -> bool:
        try:
            act(ready)
        except QuotaExceeded:
            return False
        return True

    return sum(raced(racers, won))
