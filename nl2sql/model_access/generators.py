"""Who writes a tenant's SQL: the model of its own choosing, else the installation's, else the composer."""

from nl2sql.generation.base import Generator
from nl2sql.generation.composer import Composer
from nl2sql.model_access.tenant_models import model_of, settings_of
from nl2sql.models import TenantModel
from tenants.models import Tenant


def generator_of(row: TenantModel, *, tenant: Tenant) -> Generator:
    """By what holds in the tenant (`tenant_models.effective`). No transaction may be open: a name may be resolved.

    Raises ModelForbidden, LlmUnavailable or LlmMisconfigured.
    """
    settings = settings_of(row, tenant=tenant)
    if settings is None:
        return Composer()
    # Loading the client takes half a second, which commands without a model need not pay.
    from nl2sql.generation.openai_compatible import OpenAICompatibleGenerator  # noqa: PLC0415

    return OpenAICompatibleGenerator(settings)


def generator_name(row: TenantModel) -> str:
    """Of the one that `generator_of` would give, without a look at where it is."""
    return model_of(row) or Composer().name
