"""Texts that are embedded: one a table, unique keys, bounded, and cut where people pause."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from schema_index.indexing.chunking import (
    MAX_CHUNK_CHARACTERS,
    MAX_COLUMNS_CHARACTERS,
    MAX_PARTS,
    ChunkText,
    cut,
    document_chunks,
    faq_chunks,
    overlapping,
    schema_chunks,
)
from schema_index.schema import Column, DatabaseSchema, ForeignKey, Table
from tests.unit.schema_index.schemas import FEW, database_schemas

TITLE = "Terms"


def test_a_table_leads_with_what_people_say() -> None:
    table = Table(
        schema="sales_data",
        name="OrderItems",
        comment="What was bought.",
        columns=(
            Column(name="order_id", type="integer", kind="integer"),
            Column(name="qty", type="integer", kind="integer", comment="pieces"),
            Column(name="state", type="state", kind="text", comment="now", enum_values=("new", "s" * 40)),
        ),
        foreign_keys=(
            ForeignKey(columns=("order_id",), target_schema="s", target_table="ORDERS", target_columns=("id",)),
        ),
    )
    assert schema_chunks(DatabaseSchema.of("postgres", "public", [table])) == (
        ChunkText(
            kind="table",
            object_key="sales_data.OrderItems",
            title="sales_data.OrderItems",
            text="order items. What was bought.\ncolumns: order id, qty (pieces), "
            f"state (now; new, {'s' * 30})\nrefers to: orders\nin sales data",
        ),
    )


@FEW
@given(database_schemas())
def test_one_chunk_a_table_in_order_and_keys_are_unique(schema: DatabaseSchema) -> None:
    chunks = schema_chunks(schema)
    assert [chunk.object_key for chunk in chunks] == [table.qualified_name for table in schema.tables]
    assert len({chunk.object_key for chunk in chunks}) == len(chunks)


def test_a_table_of_a_thousand_columns_stays_bounded() -> None:
    columns = tuple(
        Column(name=f"measure_{number}", type="text", kind="text", comment="long " * 100) for number in range(1_000)
    )
    keys = tuple(
        ForeignKey(columns=("measure_0",), target_schema="s", target_table=f"t{n}", target_columns=("id",))
        for n in range(1_000)
    )
    table = Table(schema="s", name="wide", columns=columns, comment="c" * 10_000, foreign_keys=keys)
    (chunk,) = schema_chunks(DatabaseSchema.of("postgres", "public", [table]))
    assert len(chunk.text) < MAX_COLUMNS_CHARACTERS + 1_000
    assert chunk.text.endswith("\nin s")


def test_only_a_changed_text_changes_the_hash() -> None:
    (chunk,) = faq_chunks(key="1", question="What is net?", answer="Gross minus tax.")
    assert replace(chunk, object_key="2").content_hash == chunk.content_hash
    assert replace(chunk, text="Other.").content_hash != chunk.content_hash
    assert replace(chunk, title="Other.").content_hash != chunk.content_hash


def test_a_faq_entry_is_its_question_and_answer() -> None:
    assert list(faq_chunks(key="7", question="What is net?", answer="Gross minus tax.")) == [
        ChunkText(kind="faq", object_key="7", title="What is net?", text="What is net?\nGross minus tax.")
    ]


def test_a_long_answer_has_several_parts_behind_its_question() -> None:
    chunks = list(faq_chunks(key="7", question="Why?", answer="because " * 300))
    assert [chunk.object_key for chunk in chunks] == ["7", "7:1", "7:2"]
    for chunk in chunks:
        assert len(chunk.text) <= MAX_CHUNK_CHARACTERS
        assert chunk.text.startswith("Why?\nbecause")
        assert chunk.text.endswith(" because")


def test_a_document_is_cut_under_its_headings() -> None:
    text = "Before.\n\n# Terms\nTop.\n\n## Net revenue \nGross minus tax.\n## Empty\n\n### Deep\nEnd."
    assert [(part.object_key, part.title, part.text) for part in document_chunks(key="d", title=TITLE, text=text)] == [
        ("d:0", "Terms", "Terms\nBefore."),
        ("d:1", "Terms", "Terms\nTop."),
        ("d:2", "Terms > Net revenue", "Terms > Net revenue\nGross minus tax."),
        ("d:3", "Terms > Empty > Deep", "Terms > Empty > Deep\nEnd."),
    ]


def test_headings_leave_the_path_where_their_section_ends() -> None:
    text = "# A\none\n### C\ntwo\n## B\nthree\n# D\nfour"
    assert [part.title for part in document_chunks(key="d", title=TITLE, text=text)] == [
        "Terms > A",
        "Terms > A > C",
        "Terms > A > B",
        "Terms > D",
    ]


def test_what_stands_in_a_code_fence_is_no_heading() -> None:
    text = "# A\n```sql\n# no heading\nSELECT 1\n```\n# B\nend\n~~~\n```\n# open to the end"
    assert [part.title for part in document_chunks(key="d", title=TITLE, text=text)] == ["Terms > A", "Terms > B"]


def test_a_document_without_text_has_no_chunk() -> None:
    assert document_chunks(key="d", title=TITLE, text=" \n\n# Terms\n## Other\n") == ()


def test_a_long_section_is_cut_between_paragraphs_and_reaches_back() -> None:
    paragraphs = [f"{'word ' * 150}{number}. Last sentence {number}." for number in range(3)]
    parts = document_chunks(key="d", title=TITLE, text="\n\n".join(paragraphs))
    assert [part.text for part in parts] == [
        f"Terms\n{paragraphs[0]}",
        f"Terms\nLast sentence 0.\n\n{paragraphs[1]}",
        f"Terms\nLast sentence 1.\n\n{paragraphs[2]}",
    ]


def test_a_document_of_headings_alone_stays_bounded() -> None:
    parts = document_chunks(key="d", title=TITLE, text="# h\nx\n" * (MAX_PARTS + 10))
    assert len(parts) == MAX_PARTS


def test_a_heading_as_long_as_a_book_is_cut() -> None:
    (part,) = document_chunks(key="d", title=TITLE, text=f"# {'h' * 100_000}\nx")
    assert part.title == f"Terms > {'h' * 200}"


def test_a_path_as_long_as_a_book_keeps_the_title_and_the_last_heading() -> None:
    text = "".join(f"{'#' * level} {'h' * 150}{level}\n" for level in range(1, 6)) + "x"
    (part,) = document_chunks(key="d", title=TITLE, text=text)
    assert part.title == f"Terms > … > {'h' * 150}5"


TEXTS = st.text(alphabet="ab. \n", max_size=400)
LIMITS = st.integers(min_value=1, max_value=60)


@given(TEXTS, LIMITS)
def test_cutting_loses_nothing_but_white_space_and_keeps_the_bound(text: str, limit: int) -> None:
    pieces = list(cut(text, limit=limit))
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(0 < len(piece) <= limit for piece in pieces)


@given(TEXTS, LIMITS)
def test_overlapping_pieces_are_bounded_end_as_cut_and_skip_only_white_space(text: str, limit: int) -> None:
    pieces = list(overlapping(text, limit=limit))
    assert all(0 < end - start <= limit for start, end in pieces)
    assert "".join(text.split()) == "".join(
        "".join(text[max(start, last) : end].split())
        for (start, end), last in zip(pieces, [0, *(end for _, end in pieces)], strict=False)
    )
    for (_, last), (start, end) in pairwise(pieces):
        assert start < end > last, "each piece brings something new"
        if start < last:
            assert text[start - 1].isspace(), "what is repeated begins with a word"


@given(st.lists(st.text(alphabet="abc", min_size=1, max_size=10), max_size=60))
def test_words_shorter_than_half_a_piece_stay_whole(words: list[str]) -> None:
    assert [word for piece in cut(" ".join(words), limit=25) for word in piece.split()] == words


@given(st.lists(st.text(alphabet="abc#\n .", max_size=80), max_size=40))
def test_every_word_below_a_heading_is_in_a_chunk_with_it(bodies: list[str]) -> None:
    bodies = [body.replace("#", "") for body in bodies]
    text = "\n".join(f"## H{number}\n{body}" for number, body in enumerate(bodies))
    chunks = document_chunks(key="d", title=TITLE, text=text)
    for number, body in enumerate(bodies):
        words = [word for chunk in chunks if chunk.title == f"Terms > H{number}" for word in chunk.text.split()[3:]]
        assert set(body.split()) <= set(words)
