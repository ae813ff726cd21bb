"""Who is asking, what they may do, how much is left."""

from tenants.models.api_key import ApiKey
from tenants.models.audit_event import AuditEvent
from tenants.models.invitation import Invitation
from tenants.models.membership import Membership
from tenants.models.model_budget import BudgetReservation, ModelBudget
from tenants.models.request_count import RequestCount
from tenants.models.tenant import Tenant
from tenants.models.tenant_owned import TenantManager, TenantOwned
from tenants.models.usage_counter import UsageCounter
from tenants.models.user import User

__all__ = [
    "ApiKey",
    "AuditEvent",
    "BudgetReservation",
    "Invitation",
    "Membership",
    "ModelBudget",
    "RequestCount",
    "Tenant",
    "TenantManager",
    "TenantOwned",
    "UsageCounter",
    "User",
]
