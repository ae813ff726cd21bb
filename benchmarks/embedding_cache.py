"""Vectors kept in a folder by the digest of their text, so that a benchmark that runs again embeds nothing again."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks import CHECKOUT
from schema_index.embedding.base import Embedder, Vectors


class CachedEmbedder:
    """An embedder in front of another. `asked` counts the texts it was asked for, `calls` the requests."""

    def __init__(self, behind: Embedder) -> None:
        self._behind = behind
        self._file = _file(behind)
        self._known: dict[str, Vectors] = {}
        if self._file.exists():
            with np.load(self._file) as stored:
                self._known = dict(zip(stored["keys"].tolist(), stored["vectors"], strict=True))
        self.calls = self.asked = 0

    def __getattr__(self, name: str) -> object:
        """Model, dimension and limits are those of the embedder behind."""
        return getattr(self._behind, name)

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.calls += 1
        self.asked += len(texts)
        keys = [_key(text) for text in texts]
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if missing:
            self._known.update(zip(missing, self._behind.embed(list(missing.values())), strict=True))
        found: Vectors = np.stack([self._known[key] for key in keys]) if keys else self._behind.embed([])
        return found

    def warm(self, texts: Sequence[str]) -> None:
        """Embeds what is not known yet, in large batches, and keeps everything for the next run."""
        self.embed(sorted(set(texts)))
        self._file.parent.mkdir(parents=True, exist_ok=True)
        keys = sorted(self._known)
        part = self._file.with_suffix(".part.npz")
        np.savez(part, keys=np.array(keys), vectors=np.stack([self._known[key] for key in keys]))
        part.replace(self._file)
        self.calls = self.asked = 0


def _file(behind: Embedder) -> Path:
    name = hashlib.sha256(f"{behind.model} {behind.dimension}".encode()).hexdigest()[:16]
    return CHECKOUT / ".querent" / "bench-embeddings" / f"{name}.npz"


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
