"""Counts what a tenant uses, in one statement that is also the limit: two racing callers cannot both take the last."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection

from tenants.context import current_tenant_id
from tenants.domain_error import DomainError
from tenants.models import Tenant

QUESTIONS = "questions"
INPUT_TOKENS = "input_tokens"
OUTPUT_TOKENS = "output_tokens"

_TODAY = """
SELECT t.questions_per_day, coalesce(u.amount, 0)
FROM tenants_tenant AS t LEFT JOIN tenants_usagecounter AS u ON u.tenant_id = t.id AND u.day = %s AND u.kind = %s
WHERE t.id = %s
"""

_RESERVE = """
INSERT INTO tenants_usagecounter AS u (id, tenant_id, day, kind, amount)
SELECT %(id)s, %(tenant)s, %(day)s, %(kind)s, 1 WHERE %(limit)s > 0
ON CONFLICT (tenant_id, day, kind) DO UPDATE SET amount = u.amount + 1 WHERE u.amount < %(limit)s
"""

_COUNT = """
INSERT INTO tenants_usagecounter AS u (id, tenant_id, day, kind, amount) VALUES {rows}
ON CONFLICT (tenant_id, day, kind) DO UPDATE SET amount = u.amount + excluded.amount
"""


class QuotaExceeded(DomainError):
    """Today's questions, or what models may take, are used up: wait as long as `retry_after` says, or have the tenant's
    limit raised."""

    code = "quota_exceeded"
    retryable = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    """Questions of this UTC day; `resets_in` is in seconds."""

    limit: int
    used: int
    resets_in: int

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.used)


def today() -> Quota:
    """Of the open scope's tenant. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_TODAY, [datetime.now(UTC).date(), QUESTIONS, current_tenant_id()])
        own, used = cursor.fetchone()
    return Quota(limit=_limit(own), used=used, resets_in=seconds_to_next_day())


def reserve_question(tenant: Tenant) -> None:
    """Takes one of today's questions of the open scope's tenant, as just read. Raises QuotaExceeded; details say when
    to retry."""
    limit = _limit(tenant.questions_per_day)
    values = {"id": uuid4(), "tenant": tenant.id, "day": datetime.now(UTC).date(), "kind": QUESTIONS, "limit": limit}
    if not _execute(_RESERVE, values):
        raise QuotaExceeded(
            f"All {limit} questions of today (UTC) are used.", limit=limit, retry_after=seconds_to_next_day()
        )


def count_tokens(*, input_tokens: int, output_tokens: int) -> None:
    amounts = {INPUT_TOKENS: input_tokens, OUTPUT_TOKENS: output_tokens}
    day, tenant_id = datetime.now(UTC).date(), current_tenant_id()
    rows = [(uuid4(), tenant_id, day, kind, amount) for kind, amount in amounts.items() if amount]
    if rows:
        places = ", ".join(["(%s, %s, %s, %s, %s)"] * len(rows))
        _execute(_COUNT.format(rows=places), [value for row in rows for value in row])


def _limit(own: int | None) -> int:
    """0 means none at all."""
    return int(settings.ENVIRONMENT.questions_per_day) if own is None else own


def seconds_to_next_day() -> int:
    now = datetime.now(UTC)
    return _seconds(now, until=now + timedelta(days=1))


def seconds_to_next_month() -> int:
    now = datetime.now(UTC)
    return _seconds(now, until=(now.replace(day=1) + timedelta(days=32)).replace(day=1))


def _seconds(now: datetime, *, until: datetime) -> int:
    """To the beginning of the day of `until`."""
    midnight = until.replace(hour=0, minute=0, second=0, microsecond=0)
    return int((midnight - now).total_seconds()) + 1


def _execute(statement: str, values: Any) -> bool:
    """Whether a row was written."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return bool(cursor.rowcount)
