"""Verified queries: read, decided on, explained again. The thumbs that proposed them can be read."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from nl2sql.curation import verified_queries
from nl2sql.models import QueryState, RunFeedback, VerifiedQuery
from nl2sql.models.verified_query import BEING_CHECKED
from nl2sql.tasks import request_check, request_checks
from schema_index.models import DataSource
from schema_index.sources import DataSourceNotSynced
from tenants.domain_error import DomainError
from tenants.tenant_admin import ReadOnlyAdmin, TenantOwnedAdmin, TenantOwnedForm, actor_of, chosen_tenant

STATE = [
    *("state", "parameters", "stale_reason", "stale_at", "origin", "author", "curator", "decided_at"),
    *("created_at", "updated_at"),
]


class VerifiedQueryForm(TenantOwnedForm[VerifiedQuery]):
    def clean(self) -> dict[str, Any]:
        """The guard's word beside the field, before anything is stored."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        source = cleaned.get("source")
        if isinstance(source, DataSource) and cleaned.get("sql"):
            try:
                verified_queries.check(source, cleaned["sql"])
            except (verified_queries.StatementBlocked, DataSourceNotSynced) as error:
                self.add_error("sql", error.message)
        return cleaned


class StaleFilter(admin.SimpleListFilter):
    title = "use"
    parameter_name = "use"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("stale", "Stale: not used")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "stale":
            return queryset
        return queryset.exclude(stale_at=None).exclude(stale_reason__in=BEING_CHECKED)


@admin.register(VerifiedQuery)
class VerifiedQueryAdmin(TenantOwnedAdmin[VerifiedQuery]):
    form = VerifiedQueryForm
    fields = ["source", "question", "sql", *STATE]
    readonly_fields = STATE
    list_display = ["question", "state", "use", "stale_reason", "source", "origin", "author", "curator", "decided_at"]
    list_filter = ["state", StaleFilter, "origin"]
    search_fields = ["question", "sql"]
    actions = ["mark_reviewed", "verify", "reject", "explain_again"]

    def save_model(self, request: HttpRequest, obj: VerifiedQuery, form: Any, change: bool) -> None:
        tenant_id = chosen_tenant(request)
        assert tenant_id is not None
        obj.tenant_id = tenant_id
        if not change:
            obj.author = actor_of(request)
        if not change or form.changed_data:
            verified_queries.store(obj, actor=actor_of(request))

    def delete_model(self, request: HttpRequest, obj: VerifiedQuery) -> None:
        verified_queries.remove(obj, actor=actor_of(request))

    @admin.action(description="Reviewed: waits for somebody to vouch for it", permissions=["change"])
    def mark_reviewed(self, request: HttpRequest, queryset: QuerySet[VerifiedQuery]) -> None:
        self._decide(request, queryset, QueryState.REVIEWED)

    @admin.action(description="Verify: questions may reuse it", permissions=["change"])
    def verify(self, request: HttpRequest, queryset: QuerySet[VerifiedQuery]) -> None:
        self._decide(request, queryset, QueryState.VERIFIED)

    @admin.action(description="Reject: questions no longer use it", permissions=["change"])
    def reject(self, request: HttpRequest, queryset: QuerySet[VerifiedQuery]) -> None:
        self._decide(request, queryset, QueryState.REJECTED)

    @admin.action(description="Run EXPLAIN again", permissions=["change"])
    def explain_again(self, request: HttpRequest, queryset: QuerySet[VerifiedQuery]) -> None:
        ids = list(queryset.values_list("id", flat=True))
        tenant_id = chosen_tenant(request)
        if tenant_id is not None:
            request_checks(tenant_id, ids)
        self.message_user(request, f"{len(ids)} are being explained: reload in a moment.", messages.INFO)

    def _decide(self, request: HttpRequest, queryset: QuerySet[VerifiedQuery], state: QueryState) -> None:
        count = 0
        for query in queryset.select_related("source"):
            try:
                verified_queries.decide(query, state=state, actor=actor_of(request), explain=request_check)
                count += 1
            except DomainError as error:
                self.message_user(request, f"{query}: {error.message}", messages.ERROR)
        self.message_user(request, f"{count} {state.value}.", messages.SUCCESS if count else messages.WARNING)


@admin.register(RunFeedback)
class RunFeedbackAdmin(ReadOnlyAdmin[RunFeedback]):
    list_display = ["updated_at", "rating", "reason", "run", "actor"]
    list_filter = ["rating"]
