"""Rows made exactly what they should be, writing only what differs."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

from tenants.context import current_tenant_id

BATCH = 2_000


def make_rows(rows: "QuerySet[Any]", fields: Sequence[str], wanted: Iterable[tuple[Any, ...]]) -> None:
    """`rows` are all that there are of something, `wanted` the values of their `fields`. Needs an open scope.

    What another transaction has written meanwhile is left as it is.
    """
    stored = {tuple(values): key for key, *values in rows.order_by().values_list("id", *fields)}
    names = set(wanted)
    gone = [key for values, key in stored.items() if values not in names]
    if gone:
        rows.filter(id__in=gone).delete()
    tenant_id = current_tenant_id()
    fresh = sorted(names - stored.keys())
    for start in range(0, len(fresh), BATCH):
        values = (dict(zip(fields, one, strict=True)) for one in fresh[start : start + BATCH])
        made = [rows.model(tenant_id=tenant_id, **one) for one in values]
        rows.model._default_manager.bulk_create(made, ignore_conflicts=True)
