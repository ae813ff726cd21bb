"""Packing keeps every text, once, in order, within both caps."""

from hypothesis import given
from hypothesis import strategies as st

from schema_index.embedding.batching import MAX_TEXT_TOKENS, estimated_tokens, pack

TEXTS = st.lists(st.text(max_size=30) | st.sampled_from(["word " * 50, "long " * 20_000]), max_size=40)
ITEMS, TOKENS = st.integers(1, 12), st.integers(1, 200)


@given(texts=TEXTS, items=ITEMS, tokens=TOKENS)
def test_every_text_goes_once_and_in_order_and_no_cap_is_passed(texts: list[str], items: int, tokens: int) -> None:
    batches = list(pack(texts, max_items=items, max_tokens=tokens))
    assert [place for batch in batches for place in batch] == list(range(len(texts)))
    for batch in batches:
        assert 1 <= len(batch) <= items
        assert len(batch) == 1 or sum(estimated_tokens(texts[place]) for place in batch) <= tokens


@given(texts=TEXTS, items=ITEMS, tokens=TOKENS)
def test_no_batch_could_have_carried_the_next_text_too(texts: list[str], items: int, tokens: int) -> None:
    batches = list(pack(texts, max_items=items, max_tokens=tokens))
    for batch in batches[:-1]:
        more = [texts[place] for place in range(batch.start, batch.stop + 1)]
        assert len(more) > items or sum(map(estimated_tokens, more)) > tokens


def test_512_usual_texts_are_one_request() -> None:
    assert list(pack(["x" * 1_200] * 512, max_items=512, max_tokens=300_000)) == [range(512)]


def test_a_text_counts_at_most_what_is_read_of_it() -> None:
    assert [estimated_tokens(text) for text in ("", "orders", "x" * 100_000)] == [1, 3, MAX_TEXT_TOKENS]
