"""Here the local model itself is tested: nothing it says is remembered."""

import pytest


@pytest.fixture(autouse=True)
def _remembered_embeddings() -> None:
    pass
