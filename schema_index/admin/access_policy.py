"""Policies: each change is a new version; what holds now is shown with what it lets a role see."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast
from uuid import UUID

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from schema_index.access import policies
from schema_index.access.column_access import STRICTNESS
from schema_index.access.policy import TABLE_LISTS, PolicyInvalid
from schema_index.access.policy_preview import PreviewedTable, policy_preview
from schema_index.catalogue import Catalogue, catalogue_for_role, catalogue_under
from schema_index.models import AccessPolicy, DataSource
from schema_index.sources import DataSourceNotSynced
from tenants.models import TenantOwned
from tenants.tenant_admin import TenantOwnedAdmin, TenantOwnedForm, actor_of

_LISTS = ", ".join(f'"{name}"' for name in TABLE_LISTS)
HELP = (
    f'An object of {_LISTS} (lists of names or patterns), "columns" (name to '
    f'{", ".join(STRICTNESS)}), "row_rules" (table to a condition, such as "region = attribute(\'region\')") and '
    '"min_group". {} opens everything; empty withdraws the policy of this role.'
)
OwnedT = TypeVar("OwnedT", bound=TenantOwned)

MAX_PREVIEWED = 500
"""Tables on one page."""


class AccessPolicyForm(TenantOwnedForm[AccessPolicy]):
    source: "forms.ModelChoiceField[DataSource]" = forms.ModelChoiceField(queryset=None)
    document = forms.JSONField(required=False, help_text=HELP, widget=forms.Textarea(attrs={"rows": 20, "cols": 100}))

    class Meta:
        model = AccessPolicy
        fields = ["role"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        source = self.fields["source"]
        assert isinstance(source, forms.ModelChoiceField)
        source.queryset = DataSource.objects.all() if self.tenant_id else DataSource._base_manager.none()

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "source" in cleaned and "document" in cleaned:
            try:
                policies.check(cleaned["source"], cleaned["document"])
            except (PolicyInvalid, DataSourceNotSynced) as error:
                self.add_error("document", error.message)
        return cleaned

    @property
    def is_preview(self) -> bool:
        return "_preview" in self.data

    def is_valid(self) -> bool:
        """Not to be saved where it was only to be looked at."""
        return super().is_valid() and not self.is_preview

    def previewed(self) -> SafeString | str:
        """What the role would see under what was entered, or sees today where nothing was. Empty without a source."""
        given: Mapping[str, Any] = getattr(self, "cleaned_data", {}) if self.is_bound else self.initial
        if self.errors or not given.get("source"):
            return ""
        source = given["source"]
        if not isinstance(source, DataSource):
            source = DataSource.objects.filter(id=source).first()
        if source is None:
            return ""
        role = given.get("role", "")
        if not self.is_bound:
            return _seen(lambda: catalogue_for_role(source, role))
        return _seen(lambda: catalogue_under(source, policies.if_saved(source, role=role, document=given["document"])))


@admin.register(AccessPolicy)
class AccessPolicyAdmin(TenantOwnedAdmin[AccessPolicy]):
    change_form_template = "admin/schema_index/accesspolicy/change_form.html"
    list_display = ["source_slug", "role_name", "version", "created_at", "actor"]
    list_filter = ["source_slug", "role"]
    readonly_fields = ["source_slug", "role_name", "version", "document", "actor", "created_at", "change", "preview"]

    def get_fields(self, request: HttpRequest, obj: AccessPolicy | None = None) -> Any:
        return ["source", "role", "document"] if obj is None else self.readonly_fields

    def get_readonly_fields(self, request: HttpRequest, obj: AccessPolicy | None = None) -> Any:
        return [] if obj is None else self.readonly_fields

    def get_form(
        self, request: HttpRequest, obj: AccessPolicy | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        return super().get_form(request, obj, change=change, **({} if obj else {"form": AccessPolicyForm}), **kwargs)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """From the link of a version: what it says, to go on from."""
        initial: dict[str, Any] = dict(super().get_changeform_initial_data(request))
        version = _of(AccessPolicy, initial.pop("from", ""))
        if version is not None:
            return initial | {"source": version.source_id, "role": version.role, "document": version.document}
        source = _of(DataSource, initial.get("source", ""))
        if source is None:
            return {}
        current = policies.current(source, role=initial.get("role", ""))
        return initial | {"document": current.document if current else None}

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        form = context["adminform"].form
        if isinstance(form, AccessPolicyForm):
            context |= {"preview": form.previewed(), "previewed": "would" if form.is_bound else "may"}
        return super().render_change_form(request, context, *args, **kwargs)

    def has_change_permission(self, request: HttpRequest, obj: AccessPolicy | None = None) -> bool:
        """What held once stays written."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: AccessPolicy | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: AccessPolicy, form: Any, change: bool) -> None:
        given = form.cleaned_data
        saved = policies.save(given["source"], role=obj.role, document=given["document"], actor=actor_of(request))
        # The page goes on with what was saved.
        obj.__dict__.update({name: value for name, value in saved.__dict__.items() if name != "_state"})
        obj._state.adding = False

    @admin.display(description="Role")
    def role_name(self, obj: AccessPolicy) -> str:
        return obj.get_role_display()

    @admin.display(description="Change")
    def change(self, obj: AccessPolicy) -> SafeString:
        address = reverse("admin:schema_index_accesspolicy_add")
        return format_html('<a href="{}?from={}">Write a new version from this one</a>', address, obj.id)

    @admin.display(description="What this role may see today")
    def preview(self, obj: AccessPolicy) -> SafeString | str:
        source = DataSource.objects.filter(id=obj.source_id).first()
        if source is None:
            return "The data source is gone."
        return _seen(lambda: catalogue_for_role(source, obj.role))


def _of(model: type[OwnedT], text: str) -> OwnedT | None:
    """The row of that id; none for a text that is no id."""
    try:
        return cast("OwnedT | None", model._default_manager.filter(id=UUID(text)).first())
    except ValueError:
        return None


def _seen(catalogue: Callable[[], Catalogue]) -> SafeString | str:
    """A row for each table, or why there is none."""
    try:
        tables = policy_preview(catalogue().access)
    except (PolicyInvalid, DataSourceNotSynced) as error:
        return error.message
    rows = format_html_join("", "<tr><td>{}</td><td>{}</td><td>{}</td></tr>", map(_row, tables[:MAX_PREVIEWED]))
    head = format_html("<tr><th>{}</th><th>{}</th><th>{}</th></tr>", "Table", "Rows", "Columns")
    more = f"{len(tables) - MAX_PREVIEWED} more tables" if len(tables) > MAX_PREVIEWED else ""
    return format_html("<table>{}{}</table>{}", head, rows, more)


def _row(table: PreviewedTable) -> tuple[str, str, str]:
    if not table.visible:
        return table.name, "none", "hidden"
    columns = (f"{one.name} ({one.access})" if one.access != "open" else one.name for one in table.columns)
    return table.name, table.row_rule or "all", ", ".join(columns)
