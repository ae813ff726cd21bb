"""How long what a tenant leaves behind is kept: its own setting, else the installation's."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from tenants.models import Tenant


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """None is for ever. Results go no later than their questions, and the audit trail no sooner."""

    results: timedelta | None
    questions: timedelta | None
    audit: timedelta | None


def retention_of(tenant: Tenant) -> Retention:
    environment = settings.ENVIRONMENT
    return retention(
        results=_days(tenant.keep_results_days, environment.keep_results_days),
        questions=_days(tenant.keep_questions_days, environment.keep_questions_days),
        audit=_days(tenant.keep_audit_days, environment.keep_audit_days),
    )


def retention(*, results: int, questions: int, audit: int) -> Retention:
    """In days; 0 is for ever. Pure."""
    if questions:
        results = min(results or questions, questions)
    # Of a question that is still there, its trail says who saw what.
    audit = max(audit, questions) if audit and questions else 0
    return Retention(results=_span(results), questions=_span(questions), audit=_span(audit))


def _days(own: int | None, default: int) -> int:
    return default if own is None else own


def _span(days: int) -> timedelta | None:
    return timedelta(days=days) if days else None
