"""What a tenant used, day by day."""

import csv
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from io import StringIO

from tenants import quotas
from tenants.domain_error import Invalid
from tenants.models import UsageCounter

MAX_DAYS = 366
DEFAULT_DAYS = 30


def by_day(*, start: date | None = None, end: date | None = None) -> tuple[UsageCounter, ...]:
    """Of the open scope's tenant, oldest first, both days included; the last thirty when none is named. Days and kinds
    of which nothing was used are left out. Raises Invalid.
    """
    end = end or datetime.now(UTC).date()
    if start is None:
        start = max(end, date.min + timedelta(days=DEFAULT_DAYS)) - timedelta(days=DEFAULT_DAYS - 1)
    if start > end:
        raise Invalid("`from` is later than `to`: exchange them.")
    if (end - start).days >= MAX_DAYS:
        raise Invalid(f"At most {MAX_DAYS} days at once: ask for fewer.")
    return tuple(UsageCounter.objects.filter(day__range=(start, end)).order_by("day", "kind"))


def as_csv(counters: Iterable[UsageCounter]) -> str:
    """With a header. Nothing in it is anybody's text, so no cell can be a formula."""
    text = StringIO()
    csv.writer(text).writerows([("day", "kind", "amount"), *((one.day, one.kind, one.amount) for one in counters)])
    return text.getvalue()


def totals(counters: Iterable[UsageCounter]) -> dict[str, int]:
    """By kind; those that are counted are always there."""
    found = dict.fromkeys((quotas.QUESTIONS, quotas.INPUT_TOKENS, quotas.OUTPUT_TOKENS), 0)
    for one in counters:
        found[one.kind] = found.get(one.kind, 0) + one.amount
    return found
