"""One short call to a tenant's model, to see whether it can be used."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from nl2sql.model_access.tenant_models import model_settings
from tenants import audit
from tenants.context import tenant_transaction
from tenants.domain_error import NotFound
from tenants.models import AuditEvent
from tenants.request_limits import RateLimited

TESTED = "model.tested"
PER_MINUTE = 10
"""Of one tenant: each knocks at an address that somebody entered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeted:
    """It answered, after `ms` milliseconds."""

    model: str
    ms: int


def greet(tenant_id: UUID, *, actor: str) -> Greeted:
    """The model that waits to be taken into use, else the one in use. No transaction may be open.

    Raises NotFound, RateLimited, ModelForbidden, LlmBudgetUsedUp, PriceUnknown, LlmUnavailable, LlmTimeout,
    or LlmMisconfigured.
    """
    with tenant_transaction(tenant_id):
        last_minute = timezone.now() - timedelta(minutes=1)
        if AuditEvent.objects.filter(action=TESTED, at__gt=last_minute).count() >= PER_MINUTE:
            raise RateLimited("The model was tested many times: wait a moment.", limit=PER_MINUTE, retry_after=60)
        audit.record(TESTED, actor=actor)
    settings = model_settings(tenant_id, is_candidate=True)
    if settings is None:
        raise NotFound("No language model is configured: give an address or a key.")
    from nl2sql.generation.openai_compatible import OpenAICompatibleGenerator  # noqa: PLC0415  takes half a second

    return Greeted(model=settings.model, ms=OpenAICompatibleGenerator(settings).greet())
