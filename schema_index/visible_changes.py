"""Stored changes of a source, newest revision first, without what the source hides. Needs an open scope."""

from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Concat

from schema_index.models import DataSource, SchemaChange


def visible_changes(source: DataSource, *, after: tuple[int, int] | None = None) -> QuerySet[SchemaChange]:
    """`after` is (revision, place) of the last one seen. Names that were hidden under a former name stay so too."""
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
