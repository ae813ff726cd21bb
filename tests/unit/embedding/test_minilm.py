"""The numpy forward pass against reference values, and the laws an embedder keeps."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from schema_index.embedding.base import Embedder
from schema_index.embedding.minilm import MiniLMEmbedder

# First six components as an independent run gives them: transformers 5.23 BertModel on torch 2.13 (CPU, float32) with
# the same weights and tokenizer, mean over all tokens in float64, L2-normalised.
REFERENCE = {
    "What was net revenue by region last month?": [0.093215, -0.038168, -0.008748, -0.011928, -0.033362, -0.039455],
    "table sales.orders: order id, customer id, store id, ordered at, total amount": [
        -0.008049, 0.072987, 0.001552, 0.052487, -0.12948, 0.069559,
    ],
    "employees and their shifts": [-0.07063, 0.010052, 0.043302, 0.045486, 0.000414, 0.051107],
}  # fmt: skip


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return MiniLMEmbedder()


def test_agrees_with_an_independent_run_of_the_model(embedder: Embedder) -> None:
    vectors = embedder.embed(list(REFERENCE))
    assert vectors.shape == (3, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(vectors[:, :6], np.array(list(REFERENCE.values())), atol=2e-6)


def test_rows_stand_in_the_order_of_the_texts_whatever_their_lengths(embedder: Embedder) -> None:
    texts = ["orders", "a much longer text about customers, stores and loyalty points " * 5, "", "stock level by store"]
    alone = np.vstack([embedder.embed([text]) for text in texts])
    np.testing.assert_allclose(embedder.embed(texts), alone, atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(alone, axis=1), np.ones(4), atol=1e-6)


def test_many_texts_in_several_batches_equal_each_alone(embedder: Embedder) -> None:
    texts = [f"table {number}: " + "column name, " * (number % 12) for number in range(90)]
    vectors = embedder.embed(texts)
    for place in (0, 11, 12, 89):
        np.testing.assert_allclose(vectors[place], embedder.embed([texts[place]])[0], atol=1e-5)


def test_neighbours_make_sense(embedder: Embedder) -> None:
    tables = [
        "table employees: first name, last name, hired on, salary",
        "table payments: invoice, amount, currency, paid at",
        "table weather: station, temperature, rainfall, measured at",
    ]
    questions = ["who was hired last year?", "how much money did we receive?", "how hot was it in July?"]
    similarity = embedder.embed(questions) @ embedder.embed(tables).T
    assert similarity.argmax(axis=1).tolist() == [0, 1, 2]


def test_text_past_256_tokens_is_cut(embedder: Embedder) -> None:
    longer, longest = embedder.embed(["word " * 300, "word " * 100_000])
    np.testing.assert_array_equal(longer, longest)
    shorter = embedder.embed(["word " * 200])[0]
    assert not np.allclose(longer, shorter, atol=1e-4)


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, 384)


def test_threads_share_one_model(embedder: Embedder) -> None:
    texts = [f"orders of store {number}" for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        results = list(pool.map(lambda text: MiniLMEmbedder().embed([text])[0], texts))
    np.testing.assert_allclose(np.array(results), embedder.embed(texts), atol=1e-5)
