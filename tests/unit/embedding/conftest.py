"""Here the local model itself is tested: nothing it says is remembered."""

import pytest

from schema_index.embedding.minilm import MiniLMEmbedder
from tests.conftest import EMBED


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(MiniLMEmbedder, "embed", EMBED)
