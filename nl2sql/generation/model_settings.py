"""Which model is asked, where, under which limits and at which price: everything that a model's client is told."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from nl2sql.generation.circuit import BreakerRules
from nl2sql.generation.price import Price


class Meter(Protocol):
    """Through which a model's client has its tokens and money counted: reserved before a call, settled after."""

    def reserve(self, *, tokens: int, cost: Decimal | None, hold_s: float) -> UUID | None:
        """Set aside the most that one call may take; `cost` is None where no price is known, `hold_s` how long the call
        may last. What was never settled is given back after that. Raises QuotaExceeded, and then nothing is set aside.
        """
        ...

    def settle(self, reservation: UUID | None, *, tokens: int, cost: Decimal | None) -> None:
        """Put what was really taken in the reservation's place; 0 of both where the call gave no reply."""
        ...


class Unmetered:
    """For whom nothing is counted."""

    def reserve(self, *, tokens: int, cost: Decimal | None, hold_s: float) -> UUID | None:
        return None

    def settle(self, reservation: UUID | None, *, tokens: int, cost: Decimal | None) -> None:
        """Nothing was set aside."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """`timeout_s` bounds one call, `deadline_s` all calls and waits of one answer. None is not sent at all.

    `max_attempts` bounds the failures that are forgiven, plus one; `token_budget` bounds each prompt. `address` is the
    checked one to connect to in place of what the URL's host resolves to, empty where the operator chose the URL;
    `is_own` says that a tenant did. `price` is None where it is not known.
    """

    base_url: str
    api_key: str = field(repr=False)
    model: str
    timeout_s: float = 60.0
    max_attempts: int = 3
    temperature: float | None = None
    seed: int | None = None
    max_output_tokens: int | None = None
    token_budget: int = 6_000
    deadline_s: float = 120.0
    first_wait_s: float = 0.5
    address: str = ""
    is_own: bool = False
    price: Price | None = None
    meter: Meter = field(default_factory=Unmetered, repr=False)
    breaker: BreakerRules = field(default_factory=BreakerRules)
