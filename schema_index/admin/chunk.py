"""The texts that questions are compared with."""

from django.contrib import admin

from schema_index.models import Chunk
from tenants.tenant_admin import ReadOnlyAdmin


@admin.register(Chunk)
class ChunkAdmin(ReadOnlyAdmin[Chunk]):
    list_display = ["kind", "title", "updated_at"]
    list_filter = ["kind"]
