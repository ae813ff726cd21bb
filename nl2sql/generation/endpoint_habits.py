"""What an endpoint was found to understand, remembered for the process, so that it is found out once."""

import re
import threading
from dataclasses import dataclass, replace
from typing import Literal

from cachetools import LRUCache

from nl2sql.generation.answer_format import LADDER, Rung

_FORMAT_REFUSED = re.compile(
    r"response.?format|json.?(schema|object|mode)|json_validate_failed|structured|grammar|guided", re.IGNORECASE
)
_LIMIT_REFUSED = re.compile(r"max_completion_tokens|max_tokens", re.IGNORECASE)
_MAX_ENDPOINTS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Habits:
    """`limit_name`: OpenAI's reasoning models know only the newer of the two, most other servers only the older."""

    rung: Rung = LADDER[0]
    limit_name: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"


def lower(habits: Habits, *, detail: str, limited: bool) -> Habits | None:
    """What to try after a refused request (400 or 422) with this `detail`; None when something else was refused.

    `limited` tells whether the request carried an output limit. Each step goes one way, so there are at most three.
    """
    if limited and habits.limit_name == "max_tokens" and _LIMIT_REFUSED.search(detail):
        return replace(habits, limit_name="max_completion_tokens")
    step = LADDER.index(habits.rung) + 1
    if step < len(LADDER) and _FORMAT_REFUSED.search(detail):
        return replace(habits, rung=LADDER[step])
    return None


class HabitsMemory:
    """By (base URL, model); the least recently used is forgotten first. Safe from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: LRUCache[tuple[str, str], Habits] = LRUCache(_MAX_ENDPOINTS)

    def recall(self, base_url: str, model: str) -> Habits:
        with self._lock:
            return self._known.get((base_url, model), Habits())

    def remember(self, base_url: str, model: str, *, habits: Habits) -> None:
        with self._lock:
            self._known[base_url, model] = habits
