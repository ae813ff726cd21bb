from schema_index.retrieval.quality import Ranked, full_at, is_full

A = Ranked(ranking=("s.a", "s.b", "s.c"), needed=("s.a",))
A_AND_C = Ranked(ranking=("s.a", "s.b", "s.c"), needed=("s.a", "s.c"))
MISSED = Ranked(ranking=("s.a",), needed=("s.z",))
NONE_NEEDED = Ranked(ranking=("s.a",), needed=())


def test_full_means_every_needed_table_among_the_first() -> None:
    assert [is_full(A_AND_C, k=k) for k in (1, 2, 3)] == [False, False, True]


def test_shares_count_only_questions_that_need_a_table() -> None:
    asked = [A, A_AND_C, MISSED, NONE_NEEDED]
    assert [full_at(asked, k=k) for k in (1, 3)] == [1 / 3, 2 / 3]
    assert full_at([NONE_NEEDED], k=5) == 0.0
