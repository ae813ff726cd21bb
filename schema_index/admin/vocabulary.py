"""Which columns' values are not all known, and why."""

from django.contrib import admin

from schema_index.models import VocabularyGap
from tenants.tenant_admin import ReadOnlyAdmin


@admin.register(VocabularyGap)
class VocabularyGapAdmin(ReadOnlyAdmin[VocabularyGap]):
    list_display = ["source", "schema", "table", "column", "reason"]
    list_filter = ["reason"]
    search_fields = ["table", "column"]
