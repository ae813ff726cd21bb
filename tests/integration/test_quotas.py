"""The day's questions: counted in the row that is the limit."""

from datetime import UTC, datetime

import pytest
from django.conf import settings

from tenants import quotas
from tenants.context import tenant_transaction
from tenants.models import Tenant, UsageCounter
from tenants.quotas import QuotaExceeded
from tests.integration.conftest import undone
from tests.racing import Ready, winners
from tests.stored import change_tenant

DAY_S = 24 * 3600


def _reserve(tenant: Tenant) -> None:
    with tenant_transaction(tenant.id):
        quotas.reserve_question(Tenant.objects.get(id=tenant.id))


def _used(tenant: Tenant) -> dict[str, int]:
    with tenant_transaction(tenant.id):
        return dict(UsageCounter.objects.values_list("kind", "amount"))


def test_the_last_question_is_answered_and_the_next_refused_until_midnight(tenant: Tenant) -> None:
    change_tenant(tenant, questions_per_day=2)
    _reserve(tenant)
    _reserve(tenant)
    with pytest.raises(QuotaExceeded) as error:
        _reserve(tenant)
    assert error.value.message == "All 2 questions of today (UTC) are used."
    assert error.value.details["limit"] == 2
    left = DAY_S - (datetime.now(UTC) - datetime.now(UTC).replace(hour=0, minute=0, second=0)).seconds
    assert abs(error.value.details["retry_after"] - left) <= 5
    assert _used(tenant) == {"questions": 2}


def test_a_limit_of_none_is_the_installations_and_of_zero_is_no_question(tenant: Tenant) -> None:
    _reserve(tenant)
    assert settings.ENVIRONMENT.questions_per_day > 1
    change_tenant(tenant, questions_per_day=0)
    with pytest.raises(QuotaExceeded, match="All 0 questions"):
        _reserve(tenant)
    change_tenant(tenant, questions_per_day=None)
    _reserve(tenant)
    assert _used(tenant) == {"questions": 2}


def test_yesterdays_questions_do_not_count(tenant: Tenant) -> None:
    change_tenant(tenant, questions_per_day=1)
    _reserve(tenant)
    with tenant_transaction(tenant.id):
        UsageCounter.objects.update(day="2020-01-01")
    _reserve(tenant)
    with pytest.raises(QuotaExceeded):
        _reserve(tenant)


def test_one_tenants_questions_are_not_anothers(tenant: Tenant, other_tenant: Tenant) -> None:
    for one in (tenant, other_tenant):
        change_tenant(one, questions_per_day=1)
        _reserve(one)
    assert (_used(tenant), _used(other_tenant)) == ({"questions": 1}, {"questions": 1})


def test_a_question_whose_transaction_failed_is_given_back(tenant: Tenant) -> None:
    with undone(tenant):
        quotas.reserve_question(Tenant.objects.get(id=tenant.id))
    assert _used(tenant) == {}


@pytest.mark.parametrize("already", [0, 3], ids=["the first row of the day", "a row that is there"])
def test_of_callers_racing_for_the_last_question_exactly_one_wins(tenant: Tenant, already: int) -> None:
    change_tenant(tenant, questions_per_day=already + 1)
    for _ in range(already):
        _reserve(tenant)

    def ask(ready: Ready) -> None:
        with tenant_transaction(tenant.id):
            ready()
            quotas.reserve_question(Tenant.objects.get(id=tenant.id))

    assert winners(4, ask) == 1
    assert _used(tenant) == {"questions": already + 1}


def test_tokens_are_counted_without_a_limit_and_nothing_is_not_written(tenant: Tenant) -> None:
    with tenant_transaction(tenant.id):
        quotas.count_tokens(input_tokens=0, output_tokens=0)
    assert _used(tenant) == {}
    for _ in range(2):
        with tenant_transaction(tenant.id):
            quotas.count_tokens(input_tokens=100, output_tokens=7)
    assert _used(tenant) == {"input_tokens": 200, "output_tokens": 14}
