"""The texts that questions are compared with: how far they are embedded, what stands in the way, and trying again what
was refused."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from schema_index.embedding import reembedding
from schema_index.models import Chunk, EmbeddingFailure, EmbeddingSpace
from schema_index.tasks import request_embedding
from tenants import audit
from tenants.tenant_admin import ReadOnlyAdmin, actor_of, chosen_tenant

TIMES = ["created_at", "activated_at", "retired_at"]


@admin.register(Chunk)
class ChunkAdmin(ReadOnlyAdmin[Chunk]):
    list_display = ["kind", "title", "updated_at"]
    list_filter = ["kind"]


@admin.register(EmbeddingSpace)
class EmbeddingSpaceAdmin(ReadOnlyAdmin[EmbeddingSpace]):
    list_display = ["model", "dimension", "state", "progress", "activated_at", "problem", "compared", "held"]
    list_filter = ["state"]
    fields = ["model", "dimension", "state", "progress", "problem", "compared", "held", "threshold", *TIMES]
    readonly_fields = ["progress"]

    @admin.display(description="texts embedded")
    def progress(self, space: EmbeddingSpace) -> str:
        """Its vectors, of the texts that there are."""
        found = next((one for one in reembedding.progress(space.tenant_id) if one.space.id == space.id), None)
        return f"{found.embedded} of {found.texts}" if found else "-"


@admin.register(EmbeddingFailure)
class EmbeddingFailureAdmin(ReadOnlyAdmin[EmbeddingFailure]):
    list_display = ["chunk", "model", "reason", "failed_at"]
    list_filter = ["model"]
    list_select_related = ["chunk"]
    actions = ["retry_failed"]

    def has_retry_permission(self, request: HttpRequest) -> bool:
        """Nothing of a failure can be edited, so that the right to change it is the right to try again."""
        return request.user.has_perm("schema_index.change_embeddingfailure")

    @admin.action(description="Retry failed", permissions=["retry"])
    def retry_failed(self, request: HttpRequest, queryset: QuerySet[EmbeddingFailure]) -> None:
        tenant_id = chosen_tenant(request)
        assert tenant_id is not None
        count, _ = queryset.delete()
        audit.record("embedding.retried", actor=actor_of(request), subject=f"{count} texts")
        request_embedding(tenant_id)
        self.message_user(request, f"{count} texts are tried again: reload in a moment to see it.", messages.INFO)
