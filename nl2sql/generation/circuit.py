"""A circuit breaker for each endpoint, model and account: one that keeps failing is left alone for a while.

Closed, calls go out. After so many failures in a row it opens, and calls fail at once. Each time the rest is over, one
trial goes out and the rest begins anew; a trial that succeeds closes the circuit. A trial whose process was interrupted
holds nothing up for longer than one rest. Counted in each process: another one finds out for itself.
"""

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal

_MAX_CIRCUITS = 256
"""Only endpoints that fail are kept; the one that failed longest ago is forgotten first."""

Word = Literal["closed", "open", "half_open"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakerRules:
    """`failures` in a row open the circuit for `rest_s` seconds."""

    failures: int = 5
    rest_s: float = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Circuit:
    """`failures` in a row so far; `open_until` is a moment of the clock, None while the circuit is closed."""

    failures: int = 0
    open_until: float | None = None

    def word(self, *, now: float) -> Word:
        if self.open_until is None:
            return "closed"
        return "open" if now < self.open_until else "half_open"


@dataclass(frozen=True, slots=True, kw_only=True)
class CircuitKey:
    """The account keeps one tenant's exhausted key from closing the endpoint to others."""

    base_url: str
    model: str
    account: str = field(repr=False)

    @classmethod
    def of(cls, base_url: str, model: str, *, api_key: str) -> "CircuitKey":
        return cls(base_url=base_url, model=model, account=hashlib.sha256(api_key.encode()).hexdigest()[:16])


def asked(circuit: Circuit, *, now: float, rules: BreakerRules) -> tuple[Circuit, float | None]:
    """The circuit after a call was asked for, and the seconds to wait where it may not go out."""
    if circuit.open_until is None:
        return circuit, None
    if now < circuit.open_until:
        return circuit, circuit.open_until - now
    return replace(circuit, open_until=now + rules.rest_s), None


def failed(circuit: Circuit, *, now: float, rules: BreakerRules) -> Circuit:
    """The circuit after a failure that the same call may not meet later."""
    failures = circuit.failures + 1
    opens = circuit.open_until is not None or failures >= rules.failures
    return Circuit(failures=failures, open_until=now + rules.rest_s if opens else None)


class CircuitBreakers:
    """Safe from several threads."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._failing: OrderedDict[CircuitKey, Circuit] = OrderedDict()

    def wait_s(self, key: CircuitKey, *, rules: BreakerRules) -> float | None:
        """None lets the call out, as the trial where one is due; else the seconds after which to ask again."""
        with self._lock:
            if key not in self._failing:
                return None
            self._failing[key], wait = asked(self._failing[key], now=self._clock(), rules=rules)
            return wait

    def succeeded(self, key: CircuitKey) -> None:
        """The endpoint answered, if only to refuse the request."""
        with self._lock:
            self._failing.pop(key, None)

    def failed(self, key: CircuitKey, *, rules: BreakerRules) -> None:
        with self._lock:
            self._failing[key] = failed(self._failing.get(key, Circuit()), now=self._clock(), rules=rules)
            self._failing.move_to_end(key)
            while len(self._failing) > _MAX_CIRCUITS:
                self._failing.popitem(last=False)

    def words(self) -> dict[CircuitKey, Word]:
        """Of the endpoints that failed last; all others are closed."""
        with self._lock:
            return {key: circuit.word(now=self._clock()) for key, circuit in self._failing.items()}


BREAKERS = CircuitBreakers()
"""This process's."""
