"""Which embedders a tenant's texts and questions go through, and the similarity above which a hit counts.

A tenant's questions are embedded by its active space's model, whatever the settings name meanwhile: they say what a
new tenant gets, and where models are asked for. docs/embedding.md tells how a tenant moves to another model.
"""

from typing import TYPE_CHECKING
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from schema_index.embedding.base import Embedder, EmbeddingRejected, Space, SpaceKey, of_space
from schema_index.embedding.known_models import DEFAULT_THRESHOLD, LOCAL, LOCAL_MODELS, THRESHOLDS
from schema_index.models import ChunkEmbedding, EmbeddingSpace, SpaceState
from tenants.context import current_tenant_id, tenant_scope, tenant_transaction

if TYPE_CHECKING:
    from schema_index.embedding.openai_compatible import OpenAICompatibleEmbedder


def active_embedder(tenant_id: UUID) -> Embedder:
    """What embeds the tenant's questions. Raises EmbeddingRejected where the settings do not reach its model."""
    with tenant_scope(tenant_id):
        return embedder_of(active_space())


def live_spaces(tenant_id: UUID) -> list[EmbeddingSpace]:
    """The spaces that follow every change of a text: the active one, then the one that is being filled, if any."""
    with tenant_transaction(tenant_id):
        return [active_space(), *EmbeddingSpace.objects.filter(state=SpaceState.FILLING)]


def active_space() -> EmbeddingSpace:
    """Of the open scope's tenant; one of the configured model where there is none yet, or nothing was embedded yet."""
    configured = configured_model()
    space, _ = EmbeddingSpace.objects.get_or_create(
        tenant_id=current_tenant_id(),
        state=SpaceState.ACTIVE,
        defaults={**of_space(configured), "activated_at": timezone.now()},
    )
    if of_space(space) != of_space(configured) and _follows(space, configured):
        space.model, space.dimension, space.problem = *configured, ""
        space.save(update_fields=["model", "dimension", "problem"])
    return space


def _follows(space: EmbeddingSpace, configured: SpaceKey) -> bool:
    """Whether nothing would be lost: a wrong setting that was mended must not stay a tenant's fate."""
    has_vectors = ChunkEmbedding.objects.filter(**of_space(space)).exists()
    return not has_vectors and not EmbeddingSpace.objects.filter(**of_space(configured)).exists()


def configured_model() -> SpaceKey:
    """What the settings name: the endpoint's model, or the local one without an endpoint."""
    environment = settings.ENVIRONMENT
    if environment.embedding_base_url is None:
        return SpaceKey(LOCAL, LOCAL_MODELS[LOCAL].dimension)
    return SpaceKey(environment.embedding_model, environment.embedding_dimension)


def configured_embedder() -> Embedder:
    """Of the settings alone, for who has no tenant to ask."""
    return embedder_of(configured_model())


def served_otherwise(tenant_id: UUID) -> EmbeddingSpace | None:
    """The tenant's active space where the settings name another model: it goes on serving until a re-embedding."""
    with tenant_transaction(tenant_id):
        space = EmbeddingSpace.objects.filter(state=SpaceState.ACTIVE).first()
    return None if space is None or of_space(space) == of_space(configured_model()) else space


def embedder_of(space: Space) -> Embedder:
    """A local model by its name, any other at the endpoint. Raises EmbeddingRejected where there is none."""
    local = LOCAL_MODELS.get(space.model)
    if local is not None and local.dimension == space.dimension:
        return local()
    return _at_endpoint(space.model, space.dimension)


def measured_dimension(model: str) -> int:
    """Of a model at the configured endpoint, by asking it once. Raises as embedder_of and an embedder do."""
    # No vector is kept, so that none is held against a dimension.
    return _at_endpoint(model, 0).measured_dimension()


def _at_endpoint(model: str, dimension: int) -> "OpenAICompatibleEmbedder":
    environment = settings.ENVIRONMENT
    if environment.embedding_base_url is None:
        raise EmbeddingRejected(
            f'Texts are to be embedded with "{model}", and no endpoint is configured to reach it: set '
            "EMBEDDING_BASE_URL, or move to another model with manage.py reembed.",
            model=model,
        )
    # Loading the client takes half a second, which commands without an endpoint need not pay.
    from schema_index.embedding.openai_compatible import OpenAICompatibleEmbedder  # noqa: PLC0415

    return OpenAICompatibleEmbedder(
        base_url=environment.embedding_base_url,
        api_key=environment.embedding_api_key.get_secret_value() if environment.embedding_api_key else "",
        model=model,
        dimension=dimension,
        timeout_s=environment.embedding_timeout_s,
        max_batch=environment.embedding_max_batch,
    )


def threshold_for(space: Space) -> float:
    """Of the open scope's tenant: calibrated, else `threshold_of` the model. One query."""
    own = EmbeddingSpace.objects.filter(**of_space(space)).first()
    return threshold_of(space.model) if own is None else threshold_in(own)


def threshold_in(space: EmbeddingSpace) -> float:
    """The same, of a space that was read."""
    return threshold_of(space.model) if space.threshold is None else space.threshold


def threshold_of(model: str) -> float:
    """Least similarity, cosine, of a hit: the setting, else the model's own."""
    configured: float | None = settings.ENVIRONMENT.retrieval_threshold
    return configured if configured is not None else THRESHOLDS.get(model, DEFAULT_THRESHOLD)
