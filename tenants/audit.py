"""Writes audit events, in the transaction of the action they record."""

from typing import Any

from tenants.context import current_tenant_id
from tenants.models import AuditEvent


def record(action: str, *, actor: str, subject: str = "", **details: Any) -> None:
    """Needs an open tenant scope. `details` must be JSON and hold no secret, question or row."""
    AuditEvent.objects.create(
        tenant_id=current_tenant_id(), actor=actor, action=action, subject=subject, details=details
    )
