"""What the first questions of a process would all wait for, loaded before it takes any."""

from importlib import import_module

from schema_index.embedding.known_models import LOCAL_MODELS
from schema_index.embedding.spaces import configured_model


def warm_up() -> None:
    """The client of language models, which a tenant may have where the installation has none, and the local embedding
    model where it is the installation's."""
    import_module("nl2sql.generation.openai_compatible")
    name, _ = configured_model()
    if name in LOCAL_MODELS:
        LOCAL_MODELS[name]().embed(["How many are there?"])
