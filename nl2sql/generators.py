"""Who writes a tenant's SQL: the model of its own choosing, else the installation's, else the composer."""

from uuid import UUID

from nl2sql.generation.base import Generator
from nl2sql.generation.composer import Composer
from nl2sql.models import TenantModel
from nl2sql.tenant_models import effective, settings_of, written_by
from tenants.context import tenant_scope


def generator_for(tenant_id: UUID, *, is_candidate: bool = False) -> Generator:
    """`is_candidate` asks for the model that waits to be taken into use, where there is one. No transaction may be
    open: a name may be resolved.

    Raises ModelForbidden, LlmUnavailable or LlmMisconfigured.
    """
    with tenant_scope(tenant_id):
        row = effective(is_candidate=is_candidate)
    return generator_of(row, tenant_id=tenant_id)


def generator_of(row: TenantModel, *, tenant_id: UUID) -> Generator:
    """The same of what holds in the tenant."""
    settings = settings_of(row, tenant_id=tenant_id)
    if settings is None:
        return Composer()
    # Loading the client takes half a second, which commands without a model need not pay.
    from nl2sql.generation.openai_compatible import OpenAICompatibleGenerator  # noqa: PLC0415

    return OpenAICompatibleGenerator(settings)


def generator_name(tenant_id: UUID, *, is_candidate: bool = False) -> str:
    """What `generator_for` would give, without a look at where it is."""
    return written_by(tenant_id, is_candidate=is_candidate) or Composer().name
