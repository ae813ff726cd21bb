"""Slows down a caller's bursts at the API. Counted in the database, so that all processes count together.

A window begins with the first request after the one before ended: a caller may make twice as many requests around the
end of one as in any other minute.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any, Literal
from uuid import uuid4

from django.conf import settings
from django.db import connection

from tenants.context import tenant_scope
from tenants.domain_error import DomainError
from tenants.principal import Principal

WINDOW_S = 60
WINDOW = timedelta(seconds=WINDOW_S)
RequestKind = Literal["requests", "searches"]

_COUNT = """
INSERT INTO tenants_requestcount (id, tenant_id, actor, kind, since, amount)
VALUES (%(id)s, %(tenant)s, %(actor)s, %(kind)s, %(now)s, 1)
ON CONFLICT (tenant_id, actor, kind) DO UPDATE
SET amount = CASE WHEN tenants_requestcount.since > %(over)s THEN tenants_requestcount.amount + 1 ELSE 1 END,
    since = CASE WHEN tenants_requestcount.since > %(over)s THEN tenants_requestcount.since ELSE excluded.since END
RETURNING amount, since
"""


class RateLimited(DomainError):
    """The caller asks for more than the installation gives in a minute: wait, or have the limit raised."""

    code = "rate_limited"
    retryable = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """One limit as it stands after a request: `window` and `resets_in` are in seconds."""

    name: str
    quota: int
    window: int
    remaining: int
    resets_in: int


def count(principal: Principal, kind: RequestKind) -> Limit:
    """Counts one request, also one that is too many. One statement, in the open transaction or one of its own: it must
    be committed before the request is refused."""
    environment = settings.ENVIRONMENT
    quota = environment.requests_per_minute if kind == "requests" else environment.searches_per_minute
    now = datetime.now(UTC)
    values: dict[str, Any] = {
        "id": uuid4(),
        "tenant": principal.tenant_id,
        "actor": principal.actor,
        "kind": kind,
        "now": now,
        "over": now - WINDOW,
    }
    with tenant_scope(principal.tenant_id), connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        amount, since = cursor.fetchone()
    resets_in = max(1, ceil((since + WINDOW - now).total_seconds()))
    return Limit(name=kind, quota=quota, window=WINDOW_S, remaining=quota - amount, resets_in=resets_in)


def refuse_excess(limit: Limit) -> None:
    """Raises RateLimited where the counted request was one too many."""
    if limit.remaining < 0:
        raise RateLimited(
            f"Too many {limit.name}: one caller may make {limit.quota} a minute. Wait a moment.",
            limit=limit.quota,
            retry_after=limit.resets_in,
        )
