"""One pace an endpoint, whichever process asks."""

from datetime import timedelta

import pytest
from django.utils import timezone

from schema_index.embedding.pace import PATIENCE_S, EndpointBusy, cost_s, hold_off, take_turn
from schema_index.models import EndpointPace
from tests.conftest import Configure
from tests.racing import Ready, raced

pytestmark = pytest.mark.django_db

ENDPOINT = "https://embeddings.example/v1"


def test_a_request_costs_its_share_of_a_minute_by_whichever_limit_is_tighter() -> None:
    assert cost_s(tokens=500, requests_per_minute=None, tokens_per_minute=None) == 0
    assert cost_s(tokens=500, requests_per_minute=60, tokens_per_minute=None) == 1
    assert cost_s(tokens=500, requests_per_minute=60, tokens_per_minute=10_000) == 3


def test_without_a_limit_and_without_an_endpoint_nobody_waits(change_environment: Configure) -> None:
    assert [take_turn(ENDPOINT, tokens=1_000) for _ in range(50)] == [0.0] * 50
    change_environment(embedding_requests_per_minute=1)
    assert [take_turn("", tokens=1_000) for _ in range(3)] == [0.0] * 3


def test_callers_at_once_get_moments_of_their_own(change_environment: Configure) -> None:
    change_environment(embedding_requests_per_minute=60)

    def turn(ready: Ready) -> float | None:
        ready()
        try:
            return take_turn(ENDPOINT, tokens=1)
        except EndpointBusy:
            return None

    began_at = timezone.now()
    given = [wait for wait in raced(16, turn) if wait is not None]
    # At one a second, six fit into the patience of five seconds; the others reserve nothing.
    assert 6 <= len(given) < 16
    assert max(given) <= PATIENCE_S
    assert EndpointPace.objects.get().free_at - began_at >= timedelta(seconds=len(given))
    assert take_turn("https://another.example/v1", tokens=1) == 0


def test_an_endpoint_that_asks_for_quiet_gets_it_from_everyone() -> None:
    hold_off(ENDPOINT, seconds=60)
    hold_off(ENDPOINT, seconds=1)
    with pytest.raises(EndpointBusy) as raised:
        take_turn(ENDPOINT, tokens=1)
    assert 50 < raised.value.details["retry_after"] <= 60
