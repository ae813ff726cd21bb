"""Texts that are embedded: one a table, unique keys, bounded, and cut where people pause."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from schema_index.chunking import (
    MAX_CHUNK_CHARACTERS,
    MAX_COLUMNS_CHARACTERS,
    MAX_PARTS,
    ChunkText,
    cut,
    document_chunks,
    faq_chunk,
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
    chunk = faq_chunk(key="1", question="What is net?", answer="Gross minus tax.")
    assert replace(chunk, object_key="2").content_hash == chunk.content_hash
    assert replace(chunk, text="Other.").content_hash != chunk.content_hash
    assert replace(chunk, title="Other.").content_hash != chunk.content_hash


def test_a_faq_entry_is_its_question_and_answer() -> None:
    assert faq_chunk(key="7", question="What is net?", answer="Gross minus tax.") == ChunkText(
        kind="faq", object_key="7", title="What is net?", text="What is net?\nGross minus tax."
    )


def test_a_long_answer_ends_with_a_whole_word() -> None:
    text = faq_chunk(key="7", question="Why?", answer="because " * 1_000).text
    assert len(text) <= MAX_CHUNK_CHARACTERS
    assert text.endswith(" because")


def test_a_document_is_cut_under_its_headings() -> None:
    text = "Before.\n\n# Terms\nTop.\n\n## Net revenue \nGross minus tax.\n## Empty\n\n### Deep\nEnd."
    assert [(part.object_key, part.title, part.text) for part in document_chunks(key="d", title=TITLE, text=text)] == [
        ("d:0", "Terms", "Terms\nBefore."),
        ("d:1", "Terms", "Terms\nTop."),
        ("d:2", "Terms > Net revenue", "Terms > Net revenue\nGross minus tax."),
        ("d:3", "Terms > Deep", "Terms > Deep\nEnd."),
    ]


def test_a_document_without_text_has_no_chunk() -> None:
    assert document_chunks(key="d", title=TITLE, text=" \n\n# Terms\n## Other\n") == ()


def test_a_long_section_is_cut_between_paragraphs() -> None:
    first, second, third, fourth = ["word " * 100 + str(number) for number in range(4)]
    parts = document_chunks(key="d", title=TITLE, text="\n\n".join([first, second, third, fourth]))
    assert [part.text for part in parts] == [f"Terms\n{first}\n\n{second}", f"Terms\n{third}\n\n{fourth}"]


def test_a_document_of_headings_alone_stays_bounded() -> None:
    parts = document_chunks(key="d", title=TITLE, text="# h\nx\n" * (MAX_PARTS + 10))
    assert len(parts) == MAX_PARTS


def test_a_heading_as_long_as_a_book_is_cut() -> None:
    (part,) = document_chunks(key="d", title=TITLE, text=f"# {'h' * 100_000}\nx")
    assert part.title == f"Terms > {'h' * 200}"


@given(st.text(alphabet="ab \n", max_size=300), st.integers(min_value=1, max_value=40))
def test_cutting_loses_nothing_but_white_space_and_keeps_the_bound(text: str, limit: int) -> None:
    pieces = list(cut(text, limit=limit))
    assert "".join("".join(pieces).split()) == "".join(text.split())
    assert all(0 < len(piece) <= limit for piece in pieces)


@given(st.lists(st.text(alphabet="abc", min_size=1, max_size=10), max_size=60))
def test_words_shorter_than_half_a_piece_stay_whole(words: list[str]) -> None:
    assert [word for piece in cut(" ".join(words), limit=25) for word in piece.split()] == words
