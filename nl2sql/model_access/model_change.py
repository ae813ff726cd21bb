"""A tenant's change of model: taken into use at once, or only after its verified queries were tried on it."""

from collections.abc import Callable

from nl2sql.model_access.tenant_models import answers_otherwise, promote, store_candidate
from nl2sql.models import QueryState, TenantModel, VerifiedQuery

SendTrial = Callable[[TenantModel], None]


def propose(row: TenantModel, *, send: SendTrial) -> None:
    """Store what `prepared` made, in the open scope. Where the tenant has verified queries and their answers may
    change, it stays a candidate, and `send` is to have it tried once the transaction is over; else it is in use."""
    store_candidate(row)
    if VerifiedQuery.objects.filter(state=QueryState.VERIFIED, stale_at=None).exists() and answers_otherwise(row):
        send(row)
    else:
        promote(row)
