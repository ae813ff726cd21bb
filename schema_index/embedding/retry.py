"""What follows a round of embedding: ask again and when, or leave what waits to the next start. Pure."""

from dataclasses import dataclass

MAX_RETRIES = 5
FIRST_DELAY_S = 2.0
LONGEST_DELAY_S = 900.0
"""Well within the half hour after which a broker hands out a message again that nobody has acknowledged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AskAgain:
    """`retries` is how many tries in a row will have failed by then."""

    delay_s: float
    retries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeavePending:
    """The work list is in the database: the next start, sync or sweep asks for it again."""


def after_failure(*, retries: int, has_progressed: bool, asked_s: float, spread: float) -> AskAgain | LeavePending:
    """After a transient error. `asked_s` is the endpoint's Retry-After (0 for none), `spread` a random 0..1.

    2 s, 4 s, 8 s … each up to twice as long, so that workers do not come back together. An endpoint that embeds
    something between its failures is not given up.
    """
    failed = 1 if has_progressed else retries + 1
    if failed > MAX_RETRIES:
        return LeavePending()
    delay_s = max(FIRST_DELAY_S * 2 ** (failed - 1), asked_s) * (1 + spread)
    return AskAgain(delay_s=min(delay_s, LONGEST_DELAY_S), retries=failed)
