from hypothesis import given
from hypothesis import strategies as st

from schema_index.snippet import MAX_CHARACTERS, snippet


def test_it_shows_the_first_shared_word_with_what_is_around() -> None:
    text = f"{'before ' * 50}Invoices are due in thirty days. {'after ' * 50}"
    shown = snippet(text, words=["invoice"])
    assert shown.startswith("… before before")
    assert "Invoices are due in thirty days." in shown
    assert shown.endswith("…")


def test_without_a_shared_word_it_is_the_beginning() -> None:
    assert snippet("One\n two\x00\u202e three", words=["four"]) == "One two three"


@given(st.text(max_size=2_000), st.lists(st.text(max_size=10), max_size=3))
def test_it_is_one_short_line(text: str, words: list[str]) -> None:
    shown = snippet(text, words=words)
    assert len(shown) <= MAX_CHARACTERS
    assert len(shown.splitlines()) <= 1
