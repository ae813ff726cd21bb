"""The texts that questions are compared with, and why one could not be embedded."""

from django.contrib import admin

from schema_index.models import Chunk
from tenants.tenant_admin import ReadOnlyAdmin


@admin.register(Chunk)
class ChunkAdmin(ReadOnlyAdmin[Chunk]):
    list_display = ["kind", "title", "updated_at", "failure"]
    list_filter = ["kind"]
