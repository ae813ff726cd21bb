"""Which runs of a question's words are looked up among stored values."""

from hypothesis import given
from hypothesis import strategies as st

from schema_index.retrieval.question_values import MAX_WORDS_OF_A_VALUE, phrases


def test_every_run_of_words_is_a_phrase_and_plurals_are_also_read_as_singular() -> None:
    assert phrases("São Paulo stores?") == {
        *("sao", "paulo", "stores", "sao paulo", "paulo stores", "sao paulo stores"),
        *("store", "paulo store", "sao paulo store"),
    }


@given(st.text(max_size=200))
def test_phrases_are_bounded(question: str) -> None:
    found = phrases(question)
    assert all(1 <= len(phrase.split()) <= MAX_WORDS_OF_A_VALUE for phrase in found)
    assert len(found) <= 2 * MAX_WORDS_OF_A_VALUE * (len(question) + 1)
