"""The circuit breaker, on a clock of the test."""

from dataclasses import dataclass

from nl2sql.generation.circuit import BreakerRules, CircuitBreakers, CircuitKey

RULES = BreakerRules(failures=3, rest_s=30)
KEY = CircuitKey.of("https://m/v1", "m", api_key="sk-1")


@dataclass
class Clock:
    now: float = 100.0

    def __call__(self) -> float:
        return self.now


def failing(breakers: CircuitBreakers, times: int, key: CircuitKey = KEY) -> None:
    for _ in range(times):
        breakers.failed(key, rules=RULES)


def test_it_opens_after_failures_in_a_row_and_lets_one_trial_out_each_rest() -> None:
    clock = Clock()
    breakers = CircuitBreakers(clock=clock)
    failing(breakers, 2)
    assert (breakers.wait_s(KEY, rules=RULES), breakers.words()) == (None, {KEY: "closed"})
    failing(breakers, 1)
    assert (breakers.wait_s(KEY, rules=RULES), breakers.words()) == (30, {KEY: "open"})
    clock.now += 20
    assert breakers.wait_s(KEY, rules=RULES) == 10
    clock.now += 10
    assert breakers.words() == {KEY: "half_open"}
    assert breakers.wait_s(KEY, rules=RULES) is None  # the trial
    assert breakers.wait_s(KEY, rules=RULES) == 30  # everybody else
    failing(breakers, 1)
    assert breakers.wait_s(KEY, rules=RULES) == 30


def test_a_trial_that_succeeds_closes_it_and_one_that_never_ends_makes_room_for_another() -> None:
    clock = Clock()
    breakers = CircuitBreakers(clock=clock)
    failing(breakers, 3)
    for _ in range(2):
        clock.now += 30
        assert breakers.wait_s(KEY, rules=RULES) is None
    breakers.succeeded(KEY)
    assert (breakers.wait_s(KEY, rules=RULES), breakers.words()) == (None, {})
    failing(breakers, 2)
    assert breakers.wait_s(KEY, rules=RULES) is None


def test_another_model_or_account_is_another_circuit() -> None:
    breakers = CircuitBreakers(clock=Clock())
    failing(breakers, 3)
    for other in (
        CircuitKey.of("https://m/v1", "n", api_key="sk-1"),
        CircuitKey.of("https://m/v1", "m", api_key="sk-2"),
    ):
        assert breakers.wait_s(other, rules=RULES) is None
    assert "sk-1" not in repr(breakers.words())


def test_what_is_remembered_is_bounded() -> None:
    breakers = CircuitBreakers(clock=Clock())
    for number in range(300):
        failing(breakers, 3, CircuitKey.of("https://m/v1", str(number), api_key=""))
    assert len(breakers.words()) == 256
