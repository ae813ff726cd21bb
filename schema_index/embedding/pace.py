"""How fast an endpoint may be asked, held over all processes by one row an endpoint.

Celery's `rate_limit` counts in each worker alone, so a fleet of ten would send ten times as much. Here, whoever is
about to send takes the endpoint's next free moment and moves it on by what the request uses up of a minute (the
generic cell rate algorithm, ITU-T I.371): in one statement, so that no two callers get the same moment.
"""

import hashlib
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection

from schema_index.embedding.base import EmbeddingUnavailable

PATIENCE_S = 5.0
"""Longer waits are not slept through: the message comes back when it is time, and the worker does other work."""

LONGEST_HOLD_S = 300.0

_TAKE = """
INSERT INTO schema_index_endpointpace AS pace (endpoint, free_at) VALUES (%(endpoint)s, clock_timestamp() + %(cost)s)
ON CONFLICT (endpoint) DO UPDATE SET free_at = greatest(pace.free_at, clock_timestamp()) + %(cost)s
WHERE pace.free_at <= clock_timestamp() + %(patience)s
RETURNING extract(epoch FROM free_at - %(cost)s - clock_timestamp())::float8
"""
_HOLD = """
INSERT INTO schema_index_endpointpace AS pace (endpoint, free_at) VALUES (%(endpoint)s, clock_timestamp() + %(hold)s)
ON CONFLICT (endpoint) DO UPDATE SET free_at = greatest(pace.free_at, clock_timestamp() + %(hold)s)
"""
_WAIT = (
    "SELECT extract(epoch FROM free_at - clock_timestamp())::float8 FROM schema_index_endpointpace WHERE endpoint = %s"
)


class EndpointBusy(EmbeddingUnavailable):
    """The endpoint's minute is used up: `retry_after` in the details says when to come back. No error of anyone's."""


def cost_s(*, tokens: int, requests_per_minute: int | None, tokens_per_minute: int | None) -> float:
    """Seconds of the endpoint's time that one request of so many tokens takes."""
    by_requests = 60 / requests_per_minute if requests_per_minute else 0.0
    by_tokens = 60 * tokens / tokens_per_minute if tokens_per_minute else 0.0
    return max(by_requests, by_tokens)


def take_turn(endpoint: str, *, tokens: int) -> float:
    """Reserve one request, and return the seconds to wait before it is sent, at most `PATIENCE_S`.

    "" is no endpoint and never waits. Raises EndpointBusy where the wait would be longer; then nothing is reserved.
    """
    if not endpoint:
        return 0.0
    environment = settings.ENVIRONMENT
    cost = cost_s(
        tokens=tokens,
        requests_per_minute=environment.embedding_requests_per_minute,
        tokens_per_minute=environment.embedding_tokens_per_minute,
    )
    key = _key(endpoint)
    values: dict[str, Any] = {
        "endpoint": key,
        "cost": timedelta(seconds=cost),
        "patience": timedelta(seconds=PATIENCE_S),
    }
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, values)
        taken = cursor.fetchone()
        if taken is not None:
            return max(0.0, float(taken[0]))
        cursor.execute(_WAIT, [key])
        found = cursor.fetchone()
    raise EndpointBusy(
        "The embedding endpoint's requests or tokens of this minute are used up: the rest follows by itself.",
        retry_after=max(PATIENCE_S, float(found[0]) if found else 0.0),
    )


def hold_off(endpoint: str, *, seconds: float) -> None:
    """Nobody asks the endpoint for so long (at most `LONGEST_HOLD_S`): it said so itself."""
    if endpoint and seconds > 0:
        values: dict[str, Any] = {"endpoint": _key(endpoint), "hold": timedelta(seconds=min(seconds, LONGEST_HOLD_S))}
        with connection.cursor() as cursor:
            cursor.execute(_HOLD, values)


def _key(endpoint: str) -> str:
    return hashlib.sha256(endpoint.encode()).hexdigest()
