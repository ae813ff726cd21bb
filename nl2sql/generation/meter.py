"""The port through which a model's client has its tokens and money counted: reserved before a call, settled after."""

from decimal import Decimal
from typing import Protocol
from uuid import UUID


class Meter(Protocol):
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
