"""Synthetic chunks for the vector benchmark: tenants of unequal size, clustered unit vectors, texts of made-up words.

The shape follows what embeddings of many companies' texts look like: topics are shared by all tenants and shifted for
each, clusters differ in tightness, most of the variance lies in a subspace, and a common direction makes the space
anisotropic. Tenant sizes fall off as 1/rank (Zipf). The same seed gives the same rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

DIMENSION = 384
LIMIT = 10
THRESHOLD = 0.6
TENANTS = 120
TOPICS = 300
LATENT = 96
SMALLEST = 50
KINDS = ("table", "faq", "document")
KIND_SHARES = (0.1, 0.2, 0.7)
BLOCK = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    vector: Floats
    tenant: int
    kinds: tuple[str, ...]
    near: int
    """The row it was drawn beside."""


def unit(vectors: Floats) -> Floats:
    scaled: Floats = vectors / np.linalg.norm(vectors, axis=-1, keepdims=True)
    return scaled


class VectorRows:
    """Rows are numbered 0…n-1, tenant after tenant; tenant 0 is the largest."""

    def __init__(self, rows: int, *, seed: int = 11) -> None:
        self._random = random = np.random.default_rng(seed)
        shares = 1 / np.arange(1, TENANTS + 1)
        floor = min(SMALLEST, max(1, rows // TENANTS // 4))
        self.sizes = np.maximum((shares / shares.sum() * rows).astype(int), floor)
        self.sizes[0] += rows - self.sizes.sum()
        self.starts = np.concatenate([[0], np.cumsum(self.sizes)])
        basis = np.linalg.qr(random.standard_normal((DIMENSION, LATENT)))[0].T
        self._subspace = (basis * (np.arange(1, LATENT + 1) ** -0.35)[:, None]).astype(np.float32)
        common = unit(random.standard_normal(DIMENSION).astype(np.float32))
        self._topics = unit(self._latent(TOPICS) + np.float32(0.35) * common)
        self.vectors = np.empty((rows, DIMENSION), dtype=np.float32)
        self.topics = np.empty(rows, dtype=np.int64)
        for tenant in range(TENANTS):
            self._fill(tenant)
        self.kinds = random.choice(len(KINDS), rows, p=KIND_SHARES)
        self.arrival = random.permutation(rows)
        """Rows come as tenants write them: interleaved."""

    def _fill(self, tenant: int) -> None:
        start, stop = self.starts[tenant], self.starts[tenant + 1]
        clusters = int(np.clip(np.sqrt(stop - start) / 2, 4, 150))
        topics = self._random.integers(0, TOPICS, clusters)
        centres = unit(self._topics[topics] + np.float32(0.4) * self._latent(clusters))
        spreads = self._random.uniform(0.35, 0.95, clusters).astype(np.float32)
        members = self._random.choice(clusters, stop - start, p=self._random.dirichlet(np.full(clusters, 1.5)))
        self.topics[start:stop] = topics[members]
        for low in range(start, stop, BLOCK):
            of = members[low - start : low - start + BLOCK]
            self.vectors[low : low + len(of)] = self.beside(centres[of], spreads[of][:, None])

    def _latent(self, count: int) -> Floats:
        return unit(self._random.standard_normal((count, LATENT)).astype(np.float32) @ self._subspace)

    def beside(self, vectors: Floats, spread: Floats) -> Floats:
        """Unit vectors near the given ones: `spread` 0 is equal, 1 about as far as unrelated noise."""
        noise = unit(self._random.standard_normal(vectors.shape).astype(np.float32))
        mixed = unit(np.float32(0.85) * self._latent(len(vectors)) + np.float32(0.5) * noise)
        return unit(vectors + spread * mixed)

    def tenants(self) -> NDArray[np.int64]:
        """Each row's."""
        return np.repeat(np.arange(TENANTS), self.sizes)

    def queries(self, count: int, *, tenants: Sequence[int] | None = None, seed: int) -> list[Query]:
        """About the given tenants, or all with the square root of their size as weight; most ask for every kind."""
        random = np.random.default_rng(seed)
        weights = np.sqrt(self.sizes) if tenants is None else np.ones(len(tenants))
        chosen = random.choice(TENANTS if tenants is None else np.array(tenants), count, p=weights / weights.sum())
        found = []
        for tenant in chosen:
            row = int(random.integers(self.starts[tenant], self.starts[tenant + 1]))
            vector = self.beside(self.vectors[row : row + 1], np.array([[random.uniform(0.3, 0.8)]], dtype=np.float32))
            kinds = (KINDS, KINDS[1:], KINDS[:1])[int(random.choice(3, p=(0.6, 0.25, 0.15)))]
            found.append(Query(vector=vector[0], tenant=int(tenant), kinds=kinds, near=row))
        return found

    def nearest(self, query: Query, *, threshold: float = THRESHOLD) -> list[int]:
        """The truth: rows by exact search, best first, above the threshold."""
        start, stop = self.starts[query.tenant], self.starts[query.tenant + 1]
        similarity = self.vectors[start:stop] @ query.vector
        wanted = [KINDS.index(kind) for kind in query.kinds]
        rows = np.flatnonzero(np.isin(self.kinds[start:stop], wanted) & (similarity > threshold))
        return [int(row) for row in start + rows[np.argsort(-similarity[rows], kind="stable")[:LIMIT]]]


class Texts:
    """Sentences of made-up words; each topic has 150 of its own, and word frequencies fall off as in language."""

    def __init__(self, *, seed: int = 3) -> None:
        random = np.random.default_rng(seed)
        consonants, vowels = np.array(list("bcdfghjklmnprstvz")), np.array(list("aeiou"))
        vocabulary = np.array(
            [
                "".join(random.choice(consonants) + random.choice(vowels) for _ in range(random.integers(2, 5)))
                for _ in range(6_000)
            ]
        )
        weights = 1 / np.arange(1, 1_501) ** 0.8
        self._sentences = []
        for _ in range(TOPICS):
            words = np.concatenate(
                [vocabulary[random.integers(0, 400, 300)], vocabulary[random.integers(0, 6_000, 1_200)]]
            )
            self._sentences.append(
                [
                    " ".join(words[random.choice(1_500, random.integers(8, 16), p=weights / weights.sum())])
                    for _ in range(150)
                ]
            )

    def text(self, row: int, topic: int) -> str:
        """The same for the same row: four to nine sentences of its topic, and a reference of its own."""
        random = np.random.default_rng(row)
        return f"ref{row} " + ". ".join(
            self._sentences[topic][place] for place in random.integers(0, 150, random.integers(4, 10))
        )
