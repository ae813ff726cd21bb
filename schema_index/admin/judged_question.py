"""Judged questions: read, corrected and removed one by one; many at once come by `manage.py import_questions`."""

from django.contrib import admin

from schema_index.models import JudgedQuestion
from tenants.tenant_admin import TenantOwnedAdmin


@admin.register(JudgedQuestion)
class JudgedQuestionAdmin(TenantOwnedAdmin[JudgedQuestion]):
    list_display = ["question", "source", "tables", "origin", "updated_at"]
    search_fields = ["question"]
