"""Whether a failed call to a model is worth another, and when: a decision, with the chance in it handed in."""

from schema_index.outbound.model_endpoint import TRANSIENT, EndpointProblem

MAX_WAIT_S = 20.0
"""Of one wait, whoever asks for it: a person is waiting for the answer."""


def wait_before_retry(
    problem: EndpointProblem, *, failures: int, max_attempts: int, first_wait_s: float, left_s: float, jitter: float
) -> float | None:
    """Seconds to wait before the next attempt; None gives up.

    `failures` counts this one. `left_s` is what remains of the deadline. `jitter` in [0, 1) spreads callers over
    half to one and a half times the exponential wait. A longer Retry-After than MAX_WAIT_S gives up at once.
    """
    if problem.kind not in TRANSIENT or failures >= max_attempts:
        return None
    wait = min(first_wait_s * 2 ** (failures - 1) * (0.5 + jitter), MAX_WAIT_S)
    if problem.retry_after_s is not None:
        if problem.retry_after_s > MAX_WAIT_S:
            return None
        wait = max(wait, problem.retry_after_s)
    return wait if wait < left_s else None
