"""Runs: what was asked and how it ended."""

from django.contrib import admin

from nl2sql.models import Run
from tenants.tenant_admin import ReadOnlyAdmin


@admin.register(Run)
class RunAdmin(ReadOnlyAdmin[Run]):
    list_display = ["created_at", "status", "question", "source_slug", "actor", "error_code", "model", "cost"]
    list_filter = ["status"]
    exclude = ["reply"]
