"""Ranking of tables: words, n-grams, groups, joins and their fusion."""

from dataclasses import replace

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from schema_index.retrieval.fusion import fuse, own_evidence
from schema_index.retrieval.join_graph import JoinGraph
from schema_index.retrieval.lexical import LexicalIndex, Scores, question_words
from schema_index.retrieval.order_tables import order_tables
from schema_index.retrieval.schema_groups import schema_groups
from schema_index.retrieval.select_tables import WHOLE_SCHEMA_COLUMNS, TableIndex, select_tables
from schema_index.retrieval.table_names import TableNames
from schema_index.retrieval.types import StoredValue, TableHit
from schema_index.retrieval.weights import WEIGHTS
from schema_index.schema import DatabaseSchema
from tests.unit.schema_index.schemas import public, table

SHOP = public(
    table("customers", "id", "full_name", "city"),
    table("orders", "customer_id", "placed_at", to="customers"),
    table("order_lines", "order_id", "quantity", to="orders"),
    table("AuditTrail", "id", "happenedAt", comment="who changed what"),
)


def ranked(
    question: str, similarities: dict[str, float], schema: DatabaseSchema = SHOP, top_k: int = 4
) -> list[TableHit]:
    return list(
        select_tables(
            question,
            {f"public.{name}": value for name, value in similarities.items()},
            index=TableIndex(schema),
            top_k=top_k,
            threshold=0.2,
        )
    )


def names(schema: DatabaseSchema) -> list[str]:
    return [table.name for table in schema.tables]


def _words(index: LexicalIndex, question: str) -> Scores:
    scores: Scores = index.held(question_words(question)).sum(axis=0)
    return scores


def wide(schema: DatabaseSchema) -> DatabaseSchema:
    """The same schema beside a table that is too wide for everything to fit."""
    columns = [f"filler_{number}" for number in range(WHOLE_SCHEMA_COLUMNS)]
    return public(*schema.tables, table("zz_filler", *columns))


def test_words_count_whole_words_of_names_and_comments_in_singular() -> None:
    index = LexicalIndex(SHOP)
    assert names(SHOP) == ["AuditTrail", "customers", "order_lines", "orders"]
    assert [score > 0 for score in _words(index, "How many customers are there?")] == [False, True, False, True]
    assert [score > 0 for score in _words(index, "audit trails")] == [True, False, False, False]
    assert [score > 0 for score in _words(index, "How many are there of what?")] == [False] * 4


def test_grams_find_what_is_misspelt() -> None:
    index = LexicalIndex(SHOP)
    assert _words(index, "custmers").max() == 0
    assert names(SHOP)[int(index.grams(["custmers"]).argmax())] == "customers"


def test_names_count_by_the_share_of_them_that_the_question_says() -> None:
    names = TableNames(SHOP)
    said = names.said(question_words("Which orders have which lines?")).tolist()
    assert [round(share, 2) for share in said] == [0, 0, 1, 1]
    assert np.allclose(names.said(["trail"]), [0.5, 0, 0, 0])
    assert not names.said([]).any()


def test_a_copy_by_name_and_columns_stands_back_unless_it_is_asked_for() -> None:
    schema = public(
        table("orders", "id", "placed_at", "paid", "sent", "note"),
        table("shadow_orders", "id", "placed_at", "paid", "sent", "note", "ID2"),
        table("orders_2023", "id", "placed_at", "paid", "sent", "NOTE"),
        table("order_lines", "order_id", "quantity"),
        table("old_orders", "id", "placed_at", "paid", "sent", "note", schema="archive"),
    )
    copies = TableNames(schema)
    assert names(schema) == ["old_orders", "order_lines", "orders", "orders_2023", "shadow_orders"]
    assert copies.unmeant_copies(question_words("When were orders placed?")) == [3, 4]
    assert copies.unmeant_copies(question_words("Orders that were placed in 2023")) == [4]
    similar = {"orders": 0.6, "orders_2023": 0.62, "shadow_orders": 0.61}
    assert ranked("When were orders placed?", similar, wide(schema))[0].name == "orders"


def test_what_is_kept_in_parts_is_found_in_all_of_them() -> None:
    parts = [table(name, "port_id", to="ports") for name in ("portdnses", "ml2_port_bindings", "port_security")]
    few = public(table("ports", "id"), *parts[:2], table("routes", "r", to="ports"))
    assert JoinGraph(few).parts(names(few).index("ports")) == []
    many = public(*few.tables, parts[2])
    assert names(many) == ["ml2_port_bindings", "port_security", "portdnses", "ports", "routes"]
    joins = JoinGraph(many)
    assert joins.parts(3) == [0, 1, 2]
    scores = np.array([0.1, 0.1, 0.1, 1, 0.3], dtype=np.float32)
    none_held = np.zeros((0, 5), dtype=np.float32)
    assert order_tables(scores, first=3, held=none_held, joins=joins, weights=WEIGHTS) == [3, 0, 1, 2, 4]
    without = replace(WEIGHTS, part=0)
    assert order_tables(scores, first=3, held=none_held, joins=joins, weights=without) == [3, 4, 0, 1, 2]


def test_a_hit_says_which_words_it_shares() -> None:
    words = question_words("City of each customer, customer by customer")
    assert LexicalIndex(SHOP).shared(words, 1) == ["city", "customer"]


def test_weight_spreads_evenly_along_foreign_keys() -> None:
    joins = JoinGraph(SHOP)
    spread = joins.spread(np.array([0, 0, 0, 1], dtype=np.float32))
    assert spread.tolist() == [0, 0.5, 0.5, 0]
    assert (joins.parents[3], joins.children[3], sorted(joins.neighbours(1))) == ([1], [2], [3])


def test_schemas_are_one_group_only_when_a_foreign_key_connects_them() -> None:
    schema = DatabaseSchema.of(
        "postgres",
        "a",
        [
            table("one", "id", schema="a", to="b.two"),
            table("two", "id", schema="b"),
            table("three", "id", schema="c"),
            table("four", "id", schema="a"),
        ],
    )
    assert [table.qualified_name for table in schema.tables] == ["a.four", "a.one", "b.two", "c.three"]
    assert schema_groups(schema).tolist() == [0, 0, 0, 1]


def test_the_best_by_its_own_evidence_stays_first() -> None:
    scores = np.array([0.1, 0.2, 0.3, 0.9], dtype=np.float32)
    nothing_held = np.zeros((0, 4), dtype=np.float32)
    order = order_tables(scores, first=2, held=nothing_held, joins=JoinGraph(SHOP), weights=WEIGHTS)
    assert order == [2, 3, 1, 0]


def test_the_next_table_is_the_one_that_adds_what_is_missing() -> None:
    apart = JoinGraph(public(*(table(name, "id") for name in "abc")))
    scores = np.array([1, 0.9, 0.8], dtype=np.float32)
    # Two words: the first two tables hold the same one, the third the other.
    held = np.array([[1, 1, 0], [0, 0, 1]], dtype=np.float32)
    assert order_tables(scores, first=0, held=held, joins=apart, weights=WEIGHTS) == [0, 2, 1]
    assert order_tables(scores, first=0, held=held, joins=apart, weights=replace(WEIGHTS, cover=0)) == [0, 1, 2]


@given(
    st.lists(st.floats(0, 2, width=32), min_size=1, max_size=20),
    st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=30),
    st.integers(0, 5),
    st.data(),
)
def test_an_order_holds_every_table_once(
    scores: list[float], keys: list[tuple[int, int]], words: int, data: st.DataObject
) -> None:
    names = [f"t{number:02}" for number in range(len(scores))]
    to = {a: f"t{b:02}" for a, b in keys if max(a, b) < len(scores)}
    schema = public(*(table(name, "id", to=to.get(number, "")) for number, name in enumerate(names)))
    first = data.draw(st.integers(0, len(scores) - 1))
    held = np.random.default_rng(words).random((words, len(scores))).astype(np.float32)
    order = order_tables(
        np.array(scores, dtype=np.float32), first=first, held=held, joins=JoinGraph(schema), weights=WEIGHTS
    )
    assert (order[0], sorted(order)) == (first, list(range(len(scores))))


@given(st.lists(st.floats(0, 1, width=32), min_size=4, max_size=4), st.lists(st.integers(0, 1), min_size=4, max_size=4))
def test_fusion_is_finite_and_nothing_comes_of_nothing(scores: list[float], groups: list[int]) -> None:
    numbers = np.array(groups, dtype=np.int64)
    nothing = np.zeros(4, dtype=np.float32)
    own = own_evidence([(1.0, np.array(scores, dtype=np.float32)), (1.0, nothing)])
    assert np.isfinite(fuse(own, groups=numbers, joins=JoinGraph(SHOP), weights=WEIGHTS)).all()
    none = own_evidence([(1.0, nothing), (1.0, nothing)])
    assert fuse(none, groups=numbers, joins=JoinGraph(SHOP), weights=WEIGHTS).tolist() == [0, 0, 0, 0]


def test_each_hit_says_why_it_is_there() -> None:
    hits = ranked("customers", {"customers": 0.7, "orders": 0.1, "order_lines": 0.05, "AuditTrail": 0.01}, wide(SHOP))
    assert [(hit.name, hit.similarity, hit.reason) for hit in hits] == [
        ("customers", 0.7, "similar to the question"),
        ("orders", 0.1, "shares customer"),
        ("order_lines", 0.05, "joins to public.orders"),
    ]


def test_a_small_schema_is_given_whole_and_a_large_one_only_where_it_fits_the_question() -> None:
    assert [hit.reason for hit in ranked("zebra", {})] == ["the whole schema fits"] * 4
    assert ranked("zebra", {}, wide(SHOP)) == []


def test_a_table_that_holds_a_named_value_is_found_by_it() -> None:
    value = StoredValue(schema="public", table="AuditTrail", column="id", text="Zebra")
    found = select_tables("zebra", {}, index=TableIndex(wide(SHOP)), top_k=4, threshold=0.2, values=[value])
    assert [(hit.name, hit.reason) for hit in found] == [("AuditTrail", 'holds the value "Zebra"')]


def test_no_more_than_top_k_of_a_large_schema() -> None:
    hits = ranked(
        "customers and orders", dict.fromkeys(("customers", "orders", "order_lines"), 0.5), wide(SHOP), top_k=2
    )
    assert len(hits) == 2


def test_tables_that_the_schema_does_not_hold_never_come_back() -> None:
    hits = ranked("secrets", {"secrets": 0.99, "customers": 0.3}, wide(SHOP))
    assert "secrets" not in [hit.name for hit in hits]
