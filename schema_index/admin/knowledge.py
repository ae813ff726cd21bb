"""What a tenant's words mean: FAQ entries and documents, reviewed, deleted and restored."""

from functools import partial
from typing import Any, TypeVar

from django import forms
from django.contrib import admin, messages
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.http import HttpRequest

from schema_index.admin.stale import StaleFilter, confirm, stale_reason
from schema_index.documents.document_text import DocumentUnreadable
from schema_index.documents.formats import IN_WORDS
from schema_index.documents.read import MAX_BYTES, read_upload
from schema_index.knowledge import knowledge
from schema_index.knowledge.metadata import metadata_fault
from schema_index.models import Document, FaqEntry, KnowledgeEntry, ReviewState
from schema_index.sources import source_choices
from tenants.domain_error import DomainError
from tenants.tenant_admin import TenantOwnedAdmin, TenantOwnedForm, actor_of, chosen_tenant

EntryT = TypeVar("EntryT", FaqEntry, Document)

MAX_CHOICES = 50
"""Facts offered to filter by; of the first thousand entries."""

LAST = ["updated_at", "deleted_at"]
# The stubs take names alone; Django takes functions too.
READ_ONLY: Any = [
    *(stale_reason, "reviewer", "reviewed_at", "author", "origin_uri"),
    *("created_at", *LAST, "deleted_by"),
]
COMMON_FIELDS: Any = ["source", "review_state", "metadata", *READ_ONLY]


class DeletedFilter(admin.SimpleListFilter):
    title = "kept"
    parameter_name = "kept"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("deleted", "Deleted"), ("all", "All")]

    def choices(self, changelist: Any) -> Any:
        """Django calls the choice without a value "All"; here it is what is in use."""
        first, *others = super().choices(changelist)
        yield {**first, "display": "In use"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(deleted_at__isnull=self.value() != "deleted")


class SourceFilter(admin.SimpleListFilter):
    title = "data source"
    parameter_name = "source"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return source_choices() if chosen_tenant(request) else []

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(source__slug=self.value()) if self.value() else queryset


class MetadataFilter(admin.SimpleListFilter):
    title = "metadata"
    parameter_name = "metadata"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        entries = model_admin.get_queryset(request).exclude(metadata={}).values_list("metadata", flat=True)[:1_000]
        facts = {(name, value) for metadata in entries for name, value in metadata.items() if isinstance(value, str)}
        return [(f"{name}={value}", f"{name}: {value}") for name, value in sorted(facts)[:MAX_CHOICES]]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        name, found, value = (self.value() or "").partition("=")
        return queryset.filter(metadata__contains={name: value}) if found else queryset


class KnowledgeForm(TenantOwnedForm[EntryT]):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["metadata"].widget.attrs["rows"] = 2
        if self.instance._state.adding:
            # Whoever writes it here has read it; the field is there to say otherwise.
            self.initial.setdefault("review_state", ReviewState.REVIEWED)

    def clean_metadata(self) -> Any:
        metadata = self.cleaned_data["metadata"] or {}
        fault = metadata_fault(metadata)
        if fault is not None:
            raise forms.ValidationError(fault)
        return metadata

    def _get_validation_exclusions(self) -> set[str]:
        """What is unique among the entries in use is checked among these."""
        return super()._get_validation_exclusions() - {"deleted_at", "origin_uri"}


class DocumentForm(KnowledgeForm[Document]):
    file = forms.FileField(
        required=False,
        help_text=f"{IN_WORDS}, {MAX_BYTES // 1_000_000} MB. It replaces the text below.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("title", "text"):
            self.fields[name].required = False

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        file = cleaned.get("file")
        if file is not None:
            self._read(file, cleaned)
        for name in ("title", "text"):
            if not cleaned.get(name) and not self.errors:
                self.add_error(name, "Upload a file, or fill in title and text.")
        return cleaned

    def _read(self, file: "UploadedFile[bytes]", cleaned: dict[str, Any]) -> None:
        try:
            found = read_upload(file)
        except DocumentUnreadable as error:
            self.add_error("file", error.message)
            return
        cleaned["title"], cleaned["text"] = cleaned.get("title") or found.title, found.text


@admin.display(description="metadata")
def facts(entry: KnowledgeEntry) -> str:
    return ", ".join(f"{name}: {value}" for name, value in entry.metadata.items())


def _reviewed(state: ReviewState) -> Any:
    return partial(knowledge.review, state=state)


def _action(description: str, act: Any, done: str, *, of_deleted: bool = False, permission: str = "change") -> Any:
    """What `act` does to each chosen entry; what it refuses is told, and the rest goes on."""

    @admin.action(description=description, permissions=[permission])
    def run(own: TenantOwnedAdmin[Any], request: HttpRequest, queryset: QuerySet[Any]) -> None:
        count = 0
        for entry in (queryset.exclude(deleted_at=None) if of_deleted else queryset).select_for_update():
            try:
                act(entry, actor=actor_of(request))
                count += 1
            except DomainError as error:
                own.message_user(request, f"{entry}: {error.message}", messages.ERROR)
        own.message_user(request, f"{count} {done}.", messages.SUCCESS if count else messages.WARNING)

    return run


class KnowledgeAdmin(TenantOwnedAdmin[EntryT]):
    list_filter = ["review_state", StaleFilter, DeletedFilter, MetadataFilter, SourceFilter]
    readonly_fields = READ_ONLY
    actions = ["still_right", "approve", "reject", "withdraw", "restore", "erase"]

    @admin.display(description="review state", ordering="review_state")
    def state(self, obj: EntryT) -> str:
        return obj.review_state

    def save_model(self, request: HttpRequest, obj: EntryT, form: Any, change: bool) -> None:
        knowledge.store(obj, actor=actor_of(request))

    def delete_model(self, request: HttpRequest, obj: EntryT) -> None:
        """The row stays, so that it can be restored."""
        knowledge.delete(obj, actor=actor_of(request))

    still_right = _action("Still right: no longer stale", confirm, "confirmed")
    approve = _action("Approve: questions may find it", _reviewed(ReviewState.REVIEWED), "approved")
    reject = _action("Reject: questions never find it", _reviewed(ReviewState.REJECTED), "rejected")
    withdraw = _action("Withdraw: questions no longer find it", _reviewed(ReviewState.PROPOSED), "withdrawn")
    restore = _action("Restore what was deleted", knowledge.restore, "restored", of_deleted=True)
    erase = _action("Erase what was deleted, for good", knowledge.erase, "erased", of_deleted=True, permission="delete")


@admin.register(FaqEntry)
class FaqEntryAdmin(KnowledgeAdmin[FaqEntry]):
    form = KnowledgeForm  # type: ignore[assignment]  # the stubs want the form of one model, not of any
    fields = ["question", "answer", *COMMON_FIELDS]
    search_fields = ["question", "answer"]
    list_display = ["question", "state", stale_reason, "source", facts, "author", "reviewer", *LAST]


@admin.register(Document)
class DocumentAdmin(KnowledgeAdmin[Document]):
    form = DocumentForm
    fields = ["file", "title", "text", *COMMON_FIELDS]
    search_fields = ["title", "text", "origin_uri"]
    list_display = ["title", "state", stale_reason, "source", facts, "author", *LAST]
