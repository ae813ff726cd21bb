"""The similarity at or above which a hit counts for the open scope's tenant: calibrated, else the installation's."""

from schema_index.embedding.spaces import threshold_of
from schema_index.models import EmbeddingSpace


def threshold_for(model: str, *, dimension: int) -> float:
    """Cosine. One query."""
    own = EmbeddingSpace.objects.filter(model=model, dimension=dimension).values_list("threshold", flat=True).first()
    return threshold_of(model) if own is None else own


def threshold_in(space: EmbeddingSpace) -> float:
    """The same, of a space that was read."""
    return threshold_of(space.model) if space.threshold is None else space.threshold
