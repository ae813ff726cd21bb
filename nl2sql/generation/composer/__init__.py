"""The generator that needs no language model."""

from nl2sql.generation.base import Draft, GenerationRequest, Refused
from nl2sql.generation.composer.compose import compose

__all__ = ["Composer", "compose"]


class Composer:
    """Stateless; one instance may serve all tenants."""

    def generate(self, request: GenerationRequest) -> Draft | Refused:
        return compose(request)
