"""What clients get of data sources: never an address or a credential, and only what may be seen."""

from typing import Any, get_args

from rest_framework import serializers

from schema_index.api.jobs import JobSerializer
from schema_index.schema import ColumnKind, TableKind
from schema_index.syncing.diff import ChangeKind
from tenants.api.cursor import PageReplySerializer

LAST = "The last sync, whoever asked for it."


class DataSourceSerializer(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    dialect = serializers.CharField()
    revision = serializers.IntegerField(allow_null=True, help_text="Null until the first sync.")
    synced_at = serializers.DateTimeField(allow_null=True)
    sync_every = serializers.IntegerField(allow_null=True, help_text="Minutes; null when it has no schedule.")
    error = serializers.CharField(help_text="Why the last sync failed; empty when it did not.")
    last_sync = JobSerializer(allow_null=True, help_text=LAST)
    links = serializers.DictField(child=serializers.CharField())


class DataSourceListSerializer(serializers.Serializer[Any]):
    items = DataSourceSerializer(many=True)


class ColumnSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    type = serializers.CharField(help_text="The engine's own name of the type.")
    kind = serializers.ChoiceField(choices=list(get_args(ColumnKind)))
    nullable = serializers.BooleanField()
    comment = serializers.CharField()
    allowed_values = serializers.ListField(
        source="enum_values", child=serializers.CharField(), help_text="Of an enumerated type."
    )
    generated = serializers.BooleanField()


class ForeignKeySerializer(serializers.Serializer[Any]):
    columns = serializers.ListField(child=serializers.CharField())
    target = serializers.CharField(help_text="`schema.table`.")
    target_columns = serializers.ListField(child=serializers.CharField())


class TableSerializer(serializers.Serializer[Any]):
    schema = serializers.CharField()
    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=list(get_args(TableKind)))
    comment = serializers.CharField()
    row_estimate = serializers.IntegerField(allow_null=True)
    primary_key = serializers.ListField(child=serializers.CharField())
    unique_keys = serializers.ListField(child=serializers.ListField(child=serializers.CharField()))
    foreign_keys = ForeignKeySerializer(many=True)
    columns = ColumnSerializer(many=True)


class SchemaPageSerializer(PageReplySerializer):
    revision = serializers.IntegerField()
    dialect = serializers.CharField()
    default_schema = serializers.CharField()
    tables_in_all = serializers.IntegerField()
    items = TableSerializer(many=True)


class SchemaChangeSerializer(serializers.Serializer[Any]):
    revision = serializers.IntegerField(source="snapshot.revision")
    at = serializers.DateTimeField(source="snapshot.created_at")
    kind = serializers.ChoiceField(choices=list(get_args(ChangeKind)))
    table = serializers.CharField(help_text="`schema.table` as it is now, or was; empty of the whole database.")
    column = serializers.CharField()
    renamed_from = serializers.CharField(
        source="former", help_text="`schema.table`, or the column's name; empty of other changes."
    )
    detail = serializers.CharField()
