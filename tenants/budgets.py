"""Tokens and money that a tenant's model calls may take a day and a month: set aside before a call, settled after it.

One row a tenant holds the sums, what is set aside included, and the statement that adds to it is the limit: two racing
callers cannot both take the last. What is set aside is a row too, with an expiry: where a process died in a call, the
next reservation gives it back.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any, Literal
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection

from tenants.clock import from_now
from tenants.context import current_tenant_id, tenant_transaction
from tenants.domain_error import DomainError
from tenants.models import BudgetReservation, ModelBudget, Tenant
from tenants.outage import through_outage
from tenants.quotas import QuotaExceeded, seconds_to_next_day, seconds_to_next_month

SLACK_S = 60.0
"""Between the end of the longest call and the moment at which it counts as died."""

Unit = Literal["tokens", "cost"]
Period = Literal["day", "month"]
LINES: tuple[tuple[Period, Unit], ...] = (("day", "tokens"), ("day", "cost"), ("month", "tokens"), ("month", "cost"))

_RESERVE = """
INSERT INTO tenants_modelbudget AS b
    (id, tenant_id, day, tokens_of_day, cost_of_day, month, tokens_of_month, cost_of_month)
SELECT %(id)s, %(tenant)s, %(day)s, %(tokens)s, %(cost)s, %(month)s, %(tokens)s, %(cost)s
WHERE {first_fits}
ON CONFLICT (tenant_id) DO UPDATE SET
    day = greatest(b.day, excluded.day), month = greatest(b.month, excluded.month), {sums}
WHERE {fits}
RETURNING 1
"""
_GIVE_BACK_EXPIRED = """
WITH gone AS (
    DELETE FROM tenants_budgetreservation WHERE id IN (
        SELECT id FROM tenants_budgetreservation WHERE tenant_id = %(tenant)s AND expires_at < statement_timestamp()
        ORDER BY expires_at LIMIT 1000 FOR UPDATE SKIP LOCKED
    ) RETURNING day, tokens, cost
)
UPDATE tenants_modelbudget AS b SET
    tokens_of_day = b.tokens_of_day - coalesce((SELECT sum(tokens) FROM gone WHERE day = b.day), 0),
    cost_of_day = b.cost_of_day - coalesce((SELECT sum(cost) FROM gone WHERE day = b.day), 0),
    tokens_of_month = b.tokens_of_month - coalesce((SELECT sum(tokens) FROM gone WHERE day >= b.month), 0),
    cost_of_month = b.cost_of_month - coalesce((SELECT sum(cost) FROM gone WHERE day >= b.month), 0)
WHERE b.tenant_id = %(tenant)s AND EXISTS (SELECT 1 FROM gone)
"""
_SETTLE = """
WITH gone AS (
    DELETE FROM tenants_budgetreservation WHERE tenant_id = %(tenant)s AND id = %(id)s RETURNING day, tokens, cost
), reserved AS (
    SELECT coalesce(max(day), %(day)s) AS day, coalesce(sum(tokens), 0) AS tokens, coalesce(sum(cost), 0) AS cost
    FROM gone
)
UPDATE tenants_modelbudget AS b SET
    tokens_of_day = b.tokens_of_day + CASE WHEN r.day >= b.day THEN %(tokens)s - r.tokens ELSE 0 END,
    cost_of_day = b.cost_of_day + CASE WHEN r.day >= b.day THEN %(cost)s - r.cost ELSE 0 END,
    tokens_of_month = b.tokens_of_month + CASE WHEN r.day >= b.month THEN %(tokens)s - r.tokens ELSE 0 END,
    cost_of_month = b.cost_of_month + CASE WHEN r.day >= b.month THEN %(cost)s - r.cost ELSE 0 END
FROM reserved AS r WHERE b.tenant_id = %(tenant)s
"""


class PriceUnknown(DomainError):
    """A budget in money cannot be kept for a model without a price: name its price, 0 where it costs nothing."""

    code = "llm_unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetLine:
    """One limit with what is used of it, reservations included. `limit` is None where there is none."""

    unit: Unit
    period: Period
    used: Decimal
    limit: Decimal | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantMeter:
    """Counts one tenant's model calls, under the limits that `tenant` was read with; opens transactions of its own."""

    tenant: Tenant

    def reserve(self, *, tokens: int, cost: Decimal | None, hold_s: float) -> UUID | None:
        """None where no limit is set, since then there is nothing that could run out; what was taken is counted.

        Raises QuotaExceeded, whose details say when to retry, or PriceUnknown; then nothing is set aside.
        """
        limited = {unit for period, unit in LINES if _limit(self.tenant, unit, period) is not None}
        if not limited:
            return None
        if cost is None and "cost" in limited:
            raise PriceUnknown(
                "The tenant has a budget in money, and the price of its model is not known: name it in LLM_PRICES, "
                "or in the tenant's model settings; 0 where it costs nothing."
            )
        return through_outage(lambda: self._reserve_once(tokens=tokens, cost=cost or Decimal(0), hold_s=hold_s))

    def _reserve_once(self, *, tokens: int, cost: Decimal, hold_s: float) -> UUID:
        with tenant_transaction(self.tenant.id):
            lines = list(_lines(self.tenant))
            _execute(_GIVE_BACK_EXPIRED, {"tenant": self.tenant.id})
            if not _add(lines, tokens=tokens, cost=cost):
                raise _exceeded(lines, tokens=tokens, cost=cost)
            return BudgetReservation.objects.create(
                tenant_id=self.tenant.id,
                day=_today(),
                tokens=tokens,
                cost=cost,
                expires_at=from_now(timedelta(seconds=hold_s + SLACK_S)),
            ).id

    def settle(self, reservation: UUID | None, *, tokens: int, cost: Decimal | None) -> None:
        """Twice does no harm but the second count, and a reservation that had expired is counted in full."""
        values = {"id": reservation, "tokens": tokens, "cost": cost or Decimal(0), "day": _today()}
        tries = count(1)

        def settle_once() -> None:
            with tenant_transaction(self.tenant.id):
                # Gone, it was settled by a try whose commit was done though its word was lost.
                if next(tries) > 1 and not BudgetReservation.objects.filter(id=reservation or UUID(int=0)).exists():
                    return
                if reservation is None:
                    _add([], tokens=tokens, cost=cost or Decimal(0))
                else:
                    _execute(_SETTLE, {**values, "tenant": self.tenant.id})

        through_outage(settle_once)


def budget_lines() -> Iterator[BudgetLine]:
    """The four limits of the open scope's tenant: the day's before the month's."""
    return _lines(Tenant.objects.get(id=current_tenant_id()))


def _lines(tenant: Tenant) -> Iterator[BudgetLine]:
    row = ModelBudget.objects.first()
    today = _today()
    is_current = {"day": row is not None and row.day >= today, "month": row is not None and row.month >= _month(today)}
    for period, unit in LINES:
        yield BudgetLine(
            unit=unit,
            period=period,
            used=Decimal(getattr(row, f"{unit}_of_{period}")) if is_current[period] else Decimal(0),
            limit=_limit(tenant, unit, period),
        )


def _limit(tenant: Tenant, unit: Unit, period: Period) -> Decimal | None:
    """The tenant's own, else the installation's."""
    name = f"model_{unit}_per_{period}"
    own = getattr(tenant, name)
    limit = getattr(settings.ENVIRONMENT, name) if own is None else own
    return None if limit is None else Decimal(limit)


def _add(lines: list[BudgetLine], *, tokens: int, cost: Decimal) -> bool:
    """To the four sums, unless a limit of `lines` would be passed: whether it was added."""

    def after(unit: Unit, period: Period) -> str:
        column = f"{unit}_of_{period}"
        return f"CASE WHEN b.{period} < excluded.{period} THEN 0 ELSE b.{column} END + excluded.{column}"

    limits = [(line, f"{line.unit}_of_{line.period}") for line in lines if line.limit is not None]
    values: dict[str, Any] = {
        "id": uuid4(),
        "tenant": current_tenant_id(),
        "day": _today(),
        "month": _month(_today()),
        "tokens": tokens,
        "cost": cost,
        **{f"limit_{column}": line.limit for line, column in limits},
    }
    statement = _RESERVE.format(
        sums=", ".join(f"{unit}_of_{period} = {after(unit, period)}" for period, unit in LINES),
        first_fits=" AND ".join(f"%({line.unit})s <= %(limit_{column})s" for line, column in limits) or "true",
        fits=" AND ".join(f"{after(line.unit, line.period)} <= %(limit_{column})s" for line, column in limits)
        or "true",
    )
    return _execute(statement, values)


def _exceeded(lines: list[BudgetLine], *, tokens: int, cost: Decimal) -> QuotaExceeded:
    """The limit that stands in the way longest; where others have given back meanwhile, the first there is."""
    wanted = {"tokens": Decimal(tokens), "cost": cost}
    limited = [line for line in lines if line.limit is not None]
    full = [line for line in limited if line.limit is not None and line.used + wanted[line.unit] > line.limit]
    line = (full or limited)[-1]
    what = "tokens" if line.unit == "tokens" else "of money"
    when = "today's (UTC)" if line.period == "day" else "this month's (UTC)"
    return QuotaExceeded(
        f"What is left of {when} {line.limit:f} {what} for language models does not cover another call.",
        limit=format(line.limit or 0, "f"),
        period=line.period,
        unit=line.unit,
        retry_after=seconds_to_next_day() if line.period == "day" else seconds_to_next_month(),
    )


def _execute(statement: str, values: dict[str, Any]) -> bool:
    """Whether a row was given back, or written."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return bool(cursor.rowcount)


def _today() -> date:
    return datetime.now(UTC).date()


def _month(day: date) -> date:
    return day.replace(day=1)
