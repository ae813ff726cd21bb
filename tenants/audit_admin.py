"""Search in a tenant's audit trail: who did it, what, to which thing, when, and which columns an answer showed."""

from typing import Any

from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from tenants.actors import usernames
from tenants.models import AuditEvent, User
from tenants.tenant_admin import ReadOnlyAdmin

MAX_WORDS = 8
MAX_PEOPLE = 100
"""Accounts that one word may be the name of."""
SHOWN_NAMES = 12


class AuditEventAdmin(ReadOnlyAdmin[AuditEvent]):
    list_display = ["at", "who", "action", "what"]
    list_filter = ["action"]
    date_hierarchy = "at"
    fields = ["at", "actor", "action", "subject", "details"]
    search_fields = ["actor", "action", "subject"]
    search_help_text = (
        "Every word must fit: a person's name, an actor (user:7, key:a1b2…), an action (question.ended), a subject, "
        "or a table or column that was read, as schema.table.column. The dates below choose the time."
    )

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEvent], search_term: str
    ) -> tuple[QuerySet[AuditEvent], bool]:
        for word in search_term.split()[:MAX_WORDS]:
            queryset = queryset.filter(_fits(word))
        return queryset, False

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        page = super().get_changelist_instance(request)
        names = usernames({event.actor for event in page.result_list})
        for event in page.result_list:
            event.person = names.get(event.actor, "")
        return page

    def who(self, event: AuditEvent) -> Any:
        person = getattr(event, "person", "")
        return format_html("{} ({})", person, event.actor) if person else event.actor

    def what(self, event: AuditEvent) -> str:
        """The subject, with names of the details: columns, or else tables, fields, scopes; its own page shows all."""
        kinds = (event.details.get(name) for name in ("columns", "tables", "fields", "scopes"))
        named: list[str] = next(filter(None, kinds), [])
        more = f" and {len(named) - SHOWN_NAMES} more" if len(named) > SHOWN_NAMES else ""
        return ": ".join(filter(None, [event.subject, ", ".join(named[:SHOWN_NAMES]) + more]))


def _fits(word: str) -> Q:
    people = User.objects.filter(username__iexact=word).values_list("pk", flat=True)[:MAX_PEOPLE]
    return (
        Q(actor__icontains=word)
        | Q(actor__in=[f"user:{pk}" for pk in people])
        | Q(action__icontains=word)
        | Q(subject__icontains=word)
        | Q(details__tables__contains=[word])
        | Q(details__columns__contains=[word])
    )
