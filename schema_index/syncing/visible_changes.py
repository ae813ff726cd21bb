"""Stored changes of a source, newest revision first, without what is hidden from whoever looks. Needs an open scope."""

from collections.abc import Iterator
from itertools import islice

from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Concat

from schema_index.access.policy import Policy
from schema_index.models import DataSource, SchemaChange


def visible_changes(
    source: DataSource, *, policy: Policy, limit: int, after: tuple[int, int] | None = None
) -> list[SchemaChange]:
    """At most `limit`. `after` is (revision, place) of the last one seen.

    Names that were hidden under a former name stay so too.
    """
    changes = _unhidden(source, after).iterator(chunk_size=500)
    return list(islice(_admitted(changes, policy), limit))


def _admitted(changes: Iterator[SchemaChange], policy: Policy) -> Iterator[SchemaChange]:
    """The policy is asked about names and not about today's schema, which may have lost them."""
    for change in changes:
        tables = {change.table, change.former if change.kind == "table_renamed" else change.table}
        columns = {change.column, change.former if change.column else change.column} - {""}
        names = (f"{table}.{column}" for table in tables for column in columns)
        if all(not table or policy.admits(table) for table in tables) and all(
            policy.column_access(name) != "hidden" for name in names
        ):
            yield change


def _unhidden(source: DataSource, after: tuple[int, int] | None) -> QuerySet[SchemaChange]:
    changes = SchemaChange.objects.filter(snapshot__source_id=source.id).select_related("snapshot")
    if source.hidden:
        changes = changes.alias(
            column_name=Concat("table", Value("."), "column", output_field=TextField()),
            former_column_name=Concat("table", Value("."), "former", output_field=TextField()),
        ).exclude(
            Q(table__in=source.hidden)
            | Q(former__in=source.hidden)
            | Q(column_name__in=source.hidden)
            | Q(former_column_name__in=source.hidden)
        )
    if after is not None:
        revision, place = after
        changes = changes.filter(Q(snapshot__revision__lt=revision) | Q(snapshot__revision=revision, place__gt=place))
    return changes.order_by("-snapshot__revision", "place")
