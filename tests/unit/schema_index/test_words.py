"""Identifiers and text as comparable words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schema_index.words import identifier_words, normalised


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("orderItems", "order items"),
        ("ORDER_ITEMS", "order items"),
        ("order items", "order items"),
        ("HTTPServerLog", "http server log"),
        ("customer2Address", "customer2 address"),
        ("__id__", "id"),
        ("größe", "größe"),
        ("", ""),
    ],
)
def test_identifiers_as_words(name: str, words: str) -> None:
    assert identifier_words(name) == words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("  São   PAULO ", "sao paulo"),
        ("Île-de-France", "ile de france"),
        ("Straße", "strasse"),
        ("\uff21\uff22\uff23", "abc"),
        ("O'Brien & Sons", "o brien sons"),
        ("東京", "東京"),
        ("!?", ""),
    ],
)
def test_text_as_words(text: str, words: str) -> None:
    assert normalised(text) == words


@given(st.text(max_size=40))
def test_words_are_normalised_once_and_for_all(text: str) -> None:
    once = normalised(text)
    assert normalised(once) == once
    assert once == " ".join(once.split())


@given(st.text(max_size=40))
def test_case_does_not_count(text: str) -> None:
    assert normalised(normalised(text).upper()) == normalised(text.upper())
