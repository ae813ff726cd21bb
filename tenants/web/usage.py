"""What a tenant asked and spent, day by day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from tenants import quotas, usage
from tenants.budgets import BudgetLine, budget_lines
from tenants.context import tenant_transaction
from tenants.models import UsageCounter
from tenants.principal import Principal
from tenants.roles import Permission
from tenants.usage import DEFAULT_DAYS
from tenants.web.page import page

WIDTH, HEIGHT = 600, 120

_UNITS = {"tokens": "Tokens", "cost": "Cost"}
_PERIODS = {"day": "today", "month": "this month"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """With its bar in the picture, in the picture's units."""

    day: date
    questions: int
    tokens_in: int
    tokens_out: int
    x: float
    y: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownBudget:
    """`limit` is empty where there is none."""

    what: str
    used: str
    limit: str


@page("GET", needs=Permission.READ_USAGE)
def usage_page(request: HttpRequest, principal: Principal) -> HttpResponse:
    with tenant_transaction(principal.tenant_id):
        counted = usage.by_day()
        context = {"quota": quotas.today(), "totals": usage.totals(counted), "budgets": shown_budgets(budget_lines())}
    days = days_of(counted, until=datetime.now(UTC).date())
    return render(
        request, "page/usage.html", {**context, "days": days, "width": WIDTH, "bar": round(WIDTH / DEFAULT_DAYS - 4, 1)}
    )


def shown_budgets(lines: Iterable[BudgetLine]) -> list[ShownBudget]:
    return [
        ShownBudget(
            what=f"{_UNITS[line.unit]} {_PERIODS[line.period]}",
            used=_said(line.used, line.unit),
            limit="" if line.limit is None else _said(line.limit, line.unit),
        )
        for line in lines
    ]


def _said(amount: Decimal, unit: str) -> str:
    """A single call often costs less than a cent: six decimals at most, and two at least."""
    if unit == "tokens":
        return f"{amount:,.0f}"
    whole, _, decimals = f"{amount:,.6f}".partition(".")
    return f"{whole}.{decimals.rstrip('0'):0<2}"


def days_of(counted: Iterable[UsageCounter], *, until: date) -> list[Day]:
    """Every one of the last days, also those on which nothing happened."""
    by_day: dict[date, dict[str, int]] = {}
    for one in counted:
        by_day.setdefault(one.day, {})[one.kind] = one.amount
    most = max((amounts.get(quotas.QUESTIONS, 0) for amounts in by_day.values()), default=0) or 1
    found = []
    for place in range(DEFAULT_DAYS):
        day = until - timedelta(days=DEFAULT_DAYS - 1 - place)
        amounts = by_day.get(day, {})
        height = max(2.0, round(amounts.get(quotas.QUESTIONS, 0) / most * (HEIGHT - 6), 1))
        found.append(
            Day(
                day=day,
                questions=amounts.get(quotas.QUESTIONS, 0),
                tokens_in=amounts.get(quotas.INPUT_TOKENS, 0),
                tokens_out=amounts.get(quotas.OUTPUT_TOKENS, 0),
                x=round(place * WIDTH / DEFAULT_DAYS + 2, 1),
                y=HEIGHT - height,
                height=height,
            )
        )
    return found
