"""Data sources: where they are, what of them may be seen, and "Sync now"."""

from collections.abc import Sequence
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from schema_index.admin.source_state import last_changes, last_sync, left_out, waiting, what_goes_with
from schema_index.admin.stale import stale_of_source
from schema_index.models import DataSource
from schema_index.models.data_source import NAME_LISTS, VISIBILITY_FIELDS
from schema_index.signals import visibility_changed
from schema_index.sources import set_password, test_connection
from schema_index.syncing import proposed_schemas, sync_runs
from schema_index.tasks import send_sync
from tenants.domain_error import DomainError
from tenants.tenant_admin import TenantOwnedAdmin, TenantOwnedForm, actor_of

IDENTITY = ["slug", "name", "dialect"]
# The stubs take names alone; Django takes functions too.
STATE: Any = [
    *(last_sync, "synced_at", "sync_error", "snapshot", waiting),
    *(last_changes, left_out, stale_of_source),
]
CONNECTION = ["host", "port", "database", "username", "tls"]
SCOPE = ["include_schemas", "exclude_schemas", "include_tables", "exclude_tables", *VISIBILITY_FIELDS]
SYNCING = ["sync_every", "watch_ddl", "on_breaking_change"]

SYNC_FIELDS = ("snapshot_id", "synced_at", "sync_error", "sync_lease_until", "sync_checked_at", "ddl_mark")
MAX_AT_ONCE = 20
"""Sources that one action is for: each connection may take ten seconds to fail."""

CONNECTION_FIELDS = frozenset({"dialect", *CONNECTION})


class NameListField(forms.JSONField):
    """A JSON list of names, which the model checks; an empty one where nothing is entered."""

    def clean(self, value: Any) -> Any:
        names = super().clean(value)
        return [] if names is None else names


class DataSourceForm(TenantOwnedForm[DataSource]):
    password = forms.CharField(
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Stored encrypted and never shown. Leave empty to keep the one that is stored.",
    )

    class Meta:
        model = DataSource
        fields = [*IDENTITY, *CONNECTION, *SCOPE, *SYNCING]
        field_classes = dict.fromkeys(NAME_LISTS, NameListField)
        widgets = dict.fromkeys(NAME_LISTS, forms.Textarea(attrs={"rows": 2}))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        moved = CONNECTION_FIELDS.intersection(self.changed_data)
        if moved and self.instance.encrypted_password and not cleaned.get("password"):
            # Otherwise whoever may edit a source could have its password sent to a server of their own.
            self.add_error("password", "Enter the password again: the stored one goes only to the server it was for.")
        return cleaned


@admin.register(DataSource)
class DataSourceAdmin(TenantOwnedAdmin[DataSource]):
    form = DataSourceForm
    change_form_template = "admin/schema_index/datasource/change_form.html"
    list_display = ["name", "slug", "dialect", last_sync, "synced_at", "snapshot", "sync_error"]
    readonly_fields = STATE
    actions = ["sync_now", "accept_schema", "test_connection"]

    def get_fieldsets(self, request: HttpRequest, obj: DataSource | None = None) -> Any:
        state = [("What is known of it", {"fields": STATE})] if obj is not None else []
        return [
            (None, {"fields": IDENTITY}),
            *state,
            ("Where it is", {"fields": [*CONNECTION, "password"]}),
            ("What of it is read and seen", {"fields": SCOPE}),
            ("When it is synced by itself", {"fields": SYNCING}),
        ]

    def save_model(self, request: HttpRequest, obj: DataSource, form: Any, change: bool) -> None:
        if change:
            # A sync may have ended since the form was loaded: what it wrote is kept, and waits for nobody.
            stored = DataSource.objects.select_for_update().get(id=obj.id)
            for name in SYNC_FIELDS:
                setattr(obj, name, getattr(stored, name))
        if form.cleaned_data["password"]:
            set_password(obj, form.cleaned_data["password"])
        super().save_model(request, obj, form, change)
        if set(VISIBILITY_FIELDS).intersection(form.changed_data):
            visibility_changed.send(DataSource, source=obj)

    def get_deleted_objects(
        self, objs: Sequence[DataSource] | QuerySet[DataSource], request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """Counted, not listed: an index of thousands of texts is no page. What was derived from a source has no
        permission of its own to be deleted; whoever may delete the source may delete that."""
        told, counts = what_goes_with(list(objs))
        return told, counts, set(), []

    @admin.action(description="Sync now", permissions=["change"])
    def sync_now(self, request: HttpRequest, queryset: QuerySet[DataSource]) -> HttpResponse:
        sources = list(queryset[:MAX_AT_ONCE])
        runs = [sync_runs.request(source, actor=actor_of(request), send=send_sync) for source in sources]
        names = ", ".join(source.slug for source in sources)
        self.message_user(request, f"Sync of {names} was started: this page loads again until it is done.")
        if len(runs) == 1:
            return HttpResponseRedirect(reverse("admin:schema_index_syncrun_change", args=[runs[0].id]))
        return HttpResponseRedirect(reverse("admin:schema_index_syncrun_changelist"))

    @admin.action(description="Accept the changed schema that waits", permissions=["change"])
    def accept_schema(self, request: HttpRequest, queryset: QuerySet[DataSource]) -> None:
        for source in queryset[:MAX_AT_ONCE]:
            waiting = proposed_schemas.proposed(source)
            if waiting is None:
                self.message_user(request, f"{source.slug}: no changed schema waits.", messages.WARNING)
                continue
            accept = proposed_schemas.accept
            accept(source, fingerprint=waiting.fingerprint, actor=actor_of(request), send=send_sync)
            self.message_user(request, f"{source.slug}: the sync that was started takes it into use.")

    @admin.action(description="Test connection", permissions=["change"])
    def test_connection(self, request: HttpRequest, queryset: QuerySet[DataSource]) -> HttpResponse:
        for source in queryset[:MAX_AT_ONCE]:
            # Once the page's transaction is over: a database that does not answer must not hold it open.
            transaction.on_commit(partial(self._test, request, source), robust=True)
        return HttpResponseRedirect(request.get_full_path())

    def _test(self, request: HttpRequest, source: DataSource) -> None:
        try:
            told = test_connection(source)
        except DomainError as error:
            self.message_user(request, f"{source.slug}: {error.message}", messages.ERROR)
        else:
            self.message_user(request, f"{source.slug}: {told}", messages.SUCCESS)
