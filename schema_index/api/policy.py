"""Policies over HTTP: read, replace and withdraw what a role may see of a source, and look at the outcome."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from rest_framework import serializers
from rest_framework.views import APIView

from schema_index.access import policies
from schema_index.access.column_access import STRICTNESS
from schema_index.access.policy import DEFAULT_MIN_GROUP, MAX_ENTRIES, MAX_MIN_GROUP, MAX_RULE_CHARACTERS, TABLE_LISTS
from schema_index.access.policy_preview import policy_preview
from schema_index.catalogue import catalogue_for_role
from schema_index.models import EVERYONE, AccessPolicy, DataSource
from schema_index.sources import DataSourceNotFound, pick
from tenants.api.operation import Call, Operation
from tenants.api.strict import Fields, StrictSerializer, TextField
from tenants.principal import Principal
from tenants.roles import Permission, Role

MAX_NAME = 500
_EVERYONE = "everyone"


class PolicySerializer(StrictSerializer):
    """Names are `schema.table` and `schema.table.column`, or shell patterns of them."""

    columns = serializers.DictField(child=serializers.ChoiceField(choices=STRICTNESS), required=False)
    row_rules = serializers.DictField(
        child=TextField(max_length=MAX_RULE_CHARACTERS),
        required=False,
        help_text="By table: a condition over its columns, in which `attribute('region')` is the asker's.",
    )
    min_group = serializers.IntegerField(
        required=False, default=DEFAULT_MIN_GROUP, min_value=2, max_value=MAX_MIN_GROUP,
        help_text="The fewest rows that an aggregate of an `aggregate_only` column may stand for.",
    )  # fmt: skip

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        tables = {
            name: serializers.ListField(
                child=TextField(max_length=MAX_NAME), required=False, max_length=MAX_ENTRIES, help_text=words.help
            )
            for name, words in TABLE_LISTS.items()
        }
        return {**tables, **super().get_fields()}


class SavedPolicySerializer(serializers.Serializer[Any]):
    data_source = serializers.CharField()
    role = serializers.CharField()
    version = serializers.IntegerField(help_text="0 when none was ever saved.")
    policy = PolicySerializer(allow_null=True, help_text="Null when the role has none of its own.")
    actor = serializers.CharField(allow_null=True)
    created_at = serializers.DateTimeField(allow_null=True)


class PreviewedColumnSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    access = serializers.ChoiceField(choices=STRICTNESS)


class PreviewedTableSerializer(serializers.Serializer[Any]):
    name = serializers.CharField()
    visible = serializers.BooleanField()
    row_rule = serializers.CharField(help_text="Empty where every row may be read.")
    columns = PreviewedColumnSerializer(many=True)


class PreviewSerializer(serializers.Serializer[Any]):
    data_source = serializers.CharField()
    role = serializers.CharField()
    tables = PreviewedTableSerializer(many=True)


_operation = partial(Operation, tag="Policies", needs=Permission.MANAGE_SOURCES, in_scope=True)


class PolicyView(APIView):
    @_operation(
        "get_policy", "What is saved for a role, or for everyone without one of their own", gives=SavedPolicySerializer
    )
    def get(self, call: Call, slug: str, role: str) -> Fields:
        source = pick(slug)
        return _saved(source, role, policies.current(source, role=_role(role)))

    @_operation(
        "put_policy",
        "Save a new version, which holds from now on",
        body=PolicySerializer,
        gives=SavedPolicySerializer,
        wrong=["data_source_not_synced"],
    )
    def put(self, call: Call, slug: str, role: str) -> Fields:
        return self._save(call.principal, slug, role, call.body)

    @_operation(
        "delete_policy",
        "Withdraw a role's policy: the one for everyone holds again; withdrawn from everyone, all is open",
        gives=SavedPolicySerializer,
    )
    def delete(self, call: Call, slug: str, role: str) -> Fields:
        return self._save(call.principal, slug, role, None)

    def _save(self, principal: Principal, slug: str, role: str, document: Mapping[str, Any] | None) -> Fields:
        source = pick(slug)
        return _saved(source, role, policies.save(source, role=_role(role), document=document, actor=principal.actor))


class PolicyPreviewView(APIView):
    @_operation(
        "preview_policy",
        "Every table and column with what the role may do with it today",
        gives=PreviewSerializer,
        wrong=["data_source_not_synced"],
    )
    def get(self, call: Call, slug: str, role: str) -> Fields:
        source = pick(slug)
        preview = policy_preview(catalogue_for_role(source, _role(role)).access)
        return PreviewSerializer({"data_source": source.slug, "role": role, "tables": preview}).data


def _role(name: str) -> str:
    if name == _EVERYONE:
        return EVERYONE
    if name not in set(Role):
        known = ", ".join([_EVERYONE, *Role])
        raise DataSourceNotFound(f"There is no such role; known: {known}.")
    return name


def _saved(source: DataSource, role: str, saved: AccessPolicy | None) -> Fields:
    return {
        "data_source": source.slug,
        "role": role,
        "version": saved.version if saved else 0,
        "policy": saved.document if saved else None,
        "actor": saved.actor if saved else None,
        "created_at": saved.created_at.isoformat() if saved else None,
    }
