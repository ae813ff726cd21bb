from schema_index.retrieval.keyword_weights import coverage, dimension_of, rarity, text_weights, words_of


def test_words_have_no_case_accent_or_plural_and_questions_little_words_are_left_out() -> None:
    assert words_of("What is the orderTotal of Cafés?") == ["order", "total", "cafe"]


def test_repetition_saturates_and_length_is_held_against_a_text() -> None:
    once, often = text_weights("refund"), text_weights("refund " * 50)
    (word,) = once
    assert word == dimension_of("refund")
    assert once[word] < often[word] < 2.2
    assert text_weights("refund " + "other " * 200)[word] < once[word]


def test_rare_words_weigh_more_and_unknown_ones_most() -> None:
    assert 0 < rarity(900, sampled=1_000) < rarity(20, sampled=1_000) < rarity(0, sampled=1_000)


def test_coverage_is_the_share_of_the_questions_weight() -> None:
    weights = {"order": 1.0, "refund": 3.0}
    assert coverage("Refunds need approval.", weights) == (0.75, ("refund",))
    assert coverage("Nothing.", weights) == (0.0, ())
    assert coverage("Anything", {}) == (0.0, ())
