"""What a tenant's words mean: FAQ entries and documents, indexed as they are saved."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from schema_index import knowledge
from schema_index.models import ChunkKind, Document, FaqEntry
from tenants.tenant_admin import TenantOwnedAdmin


@admin.register(FaqEntry)
class FaqEntryAdmin(TenantOwnedAdmin[FaqEntry]):
    list_display = ["question", "updated_at"]

    def save_model(self, request: HttpRequest, obj: FaqEntry, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        knowledge.index_faq(obj)

    def delete_model(self, request: HttpRequest, obj: FaqEntry) -> None:
        knowledge.forget(obj.id, kind=ChunkKind.FAQ, source_id=obj.source_id)
        super().delete_model(request, obj)


@admin.register(Document)
class DocumentAdmin(TenantOwnedAdmin[Document]):
    list_display = ["title", "updated_at"]

    def save_model(self, request: HttpRequest, obj: Document, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        knowledge.index_document(obj)

    def delete_model(self, request: HttpRequest, obj: Document) -> None:
        knowledge.forget(obj.id, kind=ChunkKind.DOCUMENT, source_id=obj.source_id)
        super().delete_model(request, obj)
