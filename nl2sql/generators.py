"""Who writes a tenant's SQL: the model of its own choosing, else the installation's, else the composer."""

from uuid import UUID

from nl2sql.generation.base import Generator
from nl2sql.generation.composer import Composer
from nl2sql.tenant_models import model_settings, written_by


def generator_for(tenant_id: UUID, *, is_candidate: bool = False) -> Generator:
    """`is_candidate` asks for the model that waits to be taken into use, where there is one. No transaction may be
    open: a name may be resolved.

    Raises ModelForbidden, LlmUnavailable or LlmMisconfigured.
    """
    settings = model_settings(tenant_id, is_candidate=is_candidate)
    if settings is None:
        return Composer()
    # Loading the client takes half a second, which commands without a model need not pay.
    from nl2sql.generation.openai_compatible import OpenAICompatibleGenerator  # noqa: PLC0415

    return OpenAICompatibleGenerator(settings)


def generator_name(tenant_id: UUID, *, is_candidate: bool = False) -> str:
    """What `generator_for` would give, without a look at where it is."""
    return written_by(tenant_id, is_candidate=is_candidate) or Composer().name
