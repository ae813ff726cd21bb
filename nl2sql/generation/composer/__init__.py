"""The generator that needs no language model."""

from typing import ClassVar

from nl2sql.generation.base import Draft, GenerationRequest, Refused
from nl2sql.generation.composer.compose import compose
from tenants.cancellation import NEVER, Cancellation

__all__ = ["Composer", "compose"]


class Composer:
    """Stateless; one instance may serve all tenants."""

    name: ClassVar[str] = "composer"
    # The same question composes to the same statement, whatever went wrong with it.
    can_repair: ClassVar[bool] = False
    places_every_word: ClassVar[bool] = True
    # It is asked again sooner than a kept draft is read.
    fingerprint: ClassVar[str] = ""

    def generate(self, request: GenerationRequest, *, cancellation: Cancellation = NEVER) -> Draft | Refused:
        return compose(request)
