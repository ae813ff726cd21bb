"""Tokens and money for models: set aside before a call, settled after it, in the row that is the limit."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from tenants.budgets import BudgetLine, PriceUnknown, TenantMeter, budget_lines
from tenants.context import tenant_transaction
from tenants.models import BudgetReservation, ModelBudget, Tenant
from tenants.quotas import QuotaExceeded
from tests.conftest import Configure
from tests.racing import Ready, winners
from tests.stored import all_rows, change_tenant, only_row

CENT = Decimal("0.01")


def reserve(tenant: Tenant, tokens: int, cost: Decimal | None = CENT) -> UUID | None:
    limited = only_row(Tenant, tenant.id, id=tenant.id)
    return TenantMeter(tenant=limited).reserve(tokens=tokens, cost=cost, hold_s=60)


def settle(tenant: Tenant, reservation: UUID | None, tokens: int, cost: Decimal | None = CENT) -> None:
    TenantMeter(tenant=tenant).settle(reservation, tokens=tokens, cost=cost)


def lines(tenant: Tenant) -> list[BudgetLine]:
    with tenant_transaction(tenant.id):
        return list(budget_lines())


def used(tenant: Tenant) -> dict[str, Decimal]:
    return {f"{line.unit} {line.period}": line.used for line in lines(tenant)}


def all_of(tokens: int, cost: str) -> dict[str, Decimal]:
    one = {"tokens": Decimal(tokens), "cost": Decimal(cost)}
    return {f"{unit} {period}": one[unit] for period in ("day", "month") for unit in ("tokens", "cost")}


def test_what_is_set_aside_counts_until_what_was_taken_stands_in_its_place(tenant: Tenant) -> None:
    change_tenant(tenant, model_tokens_per_day=10_000)
    first, second = reserve(tenant, 1_000), reserve(tenant, 500)
    assert used(tenant) == all_of(1_500, "0.02")
    settle(tenant, first, 110, Decimal("0.003"))
    assert used(tenant) == all_of(610, "0.013")
    settle(tenant, second, 0, Decimal(0))
    assert used(tenant) == all_of(110, "0.003")
    assert all_rows(BudgetReservation, tenant.id) == []


@pytest.mark.parametrize(
    ("name", "limit_of", "words"),
    [
        ("model_tokens_per_day", 1_500, "today's (UTC) 1500 tokens"),
        ("model_tokens_per_month", 1_500, "this month's (UTC) 1500 tokens"),
        ("model_cost_per_day", CENT * 2, "today's (UTC) 0.02"),
        ("model_cost_per_month", CENT * 2, "this month's (UTC) 0.02"),
    ],
)
def test_each_limit_stands_until_its_period_is_over(
    tenant: Tenant, other_tenant: Tenant, name: str, limit_of: Any, words: str
) -> None:
    change_tenant(tenant, **{name: limit_of})
    reserve(tenant, 1_000)
    kept = reserve(tenant, 500)
    with pytest.raises(QuotaExceeded) as error:
        reserve(tenant, 500)
    assert words in error.value.message
    now = datetime.now(UTC)
    ends = now + timedelta(days=1) if "day" in name else (now.replace(day=1) + timedelta(days=32)).replace(day=1)
    seconds = (ends.replace(hour=0, minute=0, second=0) - now).total_seconds()
    assert abs(error.value.details["retry_after"] - seconds) < 5
    assert used(tenant) == all_of(1_500, "0.02")
    reserve(other_tenant, 1_000)
    settle(tenant, kept, 100, Decimal(0))
    assert reserve(tenant, 400)


def test_a_limit_of_nothing_is_the_installations_and_zero_allows_nothing(
    tenant: Tenant, change_environment: Configure
) -> None:
    change_environment(model_tokens_per_day=100)
    with pytest.raises(QuotaExceeded, match="100 tokens"):
        reserve(tenant, 101)
    change_tenant(tenant, model_tokens_per_day=0)
    with pytest.raises(QuotaExceeded, match="0 tokens"):
        reserve(tenant, 1)
    assert used(tenant) == all_of(0, "0")


def test_a_budget_in_money_needs_a_price(tenant: Tenant) -> None:
    reserve(tenant, 10, None)
    change_tenant(tenant, model_cost_per_month=1)
    with pytest.raises(PriceUnknown, match="LLM_PRICES"):
        reserve(tenant, 10, None)
    assert reserve(tenant, 10, Decimal(0))


def test_what_a_dead_process_set_aside_comes_back(tenant: Tenant) -> None:
    change_tenant(tenant, model_tokens_per_day=1_000)
    dead = reserve(tenant, 900)
    with tenant_transaction(tenant.id):
        left = BudgetReservation.objects.get().expires_at - timezone.now()
        assert timedelta(seconds=110) < left < timedelta(seconds=121)
        BudgetReservation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    alive = reserve(tenant, 800)
    assert used(tenant) == all_of(800, "0.01")
    # Was it only slow, what it took counts.
    settle(tenant, dead, 100)
    settle(tenant, alive, 100)
    assert used(tenant) == all_of(200, "0.02")


def test_without_a_limit_nothing_is_set_aside_and_what_was_taken_is_counted(tenant: Tenant) -> None:
    for _ in range(2):
        assert reserve(tenant, 1_000) is None
        settle(tenant, None, 100)
    assert used(tenant) == all_of(200, "0.02")


def test_another_day_begins_at_nothing_and_goes_on_with_the_month(tenant: Tenant) -> None:
    change_tenant(tenant, model_tokens_per_month=10_000)
    late = reserve(tenant, 1_000)
    today = datetime.now(UTC).date()
    with tenant_transaction(tenant.id):
        ModelBudget.objects.update(day="2020-01-31", month="2020-01-01")
        BudgetReservation.objects.update(day="2020-01-31")
    assert used(tenant) == all_of(0, "0")
    reserve(tenant, 10)
    settle(tenant, late, 700)  # yesterday's, and last month's
    assert used(tenant) == all_of(10, "0.01")
    with tenant_transaction(tenant.id):
        row = ModelBudget.objects.get()
        assert (row.day, row.month) == (today, today.replace(day=1))
        ModelBudget.objects.update(day=row.month - timedelta(days=1))  # the day alone is another
    reserve(tenant, 5)
    assert [used(tenant)[name] for name in ("tokens day", "tokens month")] == [Decimal(5), Decimal(15)]


@pytest.mark.parametrize("already", [0, 300], ids=["the first row", "a row that is there"])
def test_of_callers_racing_for_the_last_tokens_exactly_one_wins(tenant: Tenant, already: int) -> None:
    change_tenant(tenant, model_tokens_per_day=already + 100)
    if already:
        reserve(tenant, already)

    def spend(ready: Ready) -> None:
        ready()
        reserve(tenant, 100)

    assert winners(4, spend) == 1
    assert used(tenant)["tokens day"] == already + 100
