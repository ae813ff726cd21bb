import pytest

from nl2sql.generation.composer.words import name_words, singular, tokenise, verb_roots


@pytest.mark.parametrize(
    ("plural", "one"),
    [("cities", "city"), ("classes", "class"), ("boxes", "box"), ("people", "person"), ("status", "status"),
     ("bus", "bus"), ("gas", "gas"), ("orders", "order"), ("ids", "id"), ("analysis", "analysis")],
)  # fmt: skip
def test_singular(plural: str, one: str) -> None:
    assert singular(plural) == one


@pytest.mark.parametrize(
    ("name", "words"),
    [("order_items", ("order", "items")), ("sbTxDateTime", ("sb", "tx", "date", "time")),
     ("HTTPCode2", ("http", "code", "2")), ("%_change", ("change",))],
)  # fmt: skip
def test_name_words(name: str, words: tuple[str, ...]) -> None:
    assert name_words(name) == words


def test_tokens_keep_quotes_dates_numbers_and_marks() -> None:
    found = [(token.kind, token.text) for token in tokenise('Ann\'s "big one", -5 to 1,200.5 on 2024-01-02?')]
    assert found == [
        ("word", "Ann"), ("possessive", "'s"), ("quoted", "big one"), ("comma", ","), ("number", "-5"), ("word", "to"),
        ("number", "1,200.5"), ("word", "on"), ("date", "2024-01-02"), ("stop", "?"),
    ]  # fmt: skip


def test_no_visible_character_is_lost() -> None:
    assert [token.kind for token in tokenise("100% €5 a&b")] == [
        "number",
        "other",
        "other",
        "number",
        "word",
        "other",
        "word",
    ]


def test_verb_roots() -> None:
    assert {"place", "plac", "placed"} <= verb_roots("placed")
    assert "stop" in verb_roots("stopped")
