"""Ranking of tables: words, n-grams, groups, joins and their fusion."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from schema_index.retrieval.fusion import fuse
from schema_index.retrieval.join_graph import JoinGraph
from schema_index.retrieval.lexical import LexicalIndex
from schema_index.retrieval.schema_groups import schema_groups
from schema_index.retrieval.select_tables import WHOLE_SCHEMA_COLUMNS, select_tables
from schema_index.retrieval.types import TableHit
from schema_index.schema import Column, DatabaseSchema, ForeignKey, Table


def table(name: str, *columns: str, schema: str = "public", to: str = "", comment: str = "") -> Table:
    """`to` is `schema.table`, or a table of the same schema, which column 1 refers to."""
    target_schema, _, target = to.rpartition(".")
    key = ForeignKey(
        columns=(columns[0],), target_schema=target_schema or schema, target_table=target, target_columns=("id",)
    )
    return Table(
        schema=schema,
        name=name,
        columns=tuple(Column(name=column, type="text", kind="text") for column in columns),
        foreign_keys=(key,) if to else (),
        comment=comment,
    )


SHOP = DatabaseSchema.of(
    "postgres",
    "public",
    [
        table("customers", "id", "full_name", "city"),
        table("orders", "customer_id", "placed_at", to="customers"),
        table("order_lines", "order_id", "quantity", to="orders"),
        table("AuditTrail", "id", "happenedAt", comment="who changed what"),
    ],
)


def ranked(
    question: str, similarities: dict[str, float], schema: DatabaseSchema = SHOP, top_k: int = 4
) -> list[TableHit]:
    return list(
        select_tables(
            question,
            {f"public.{name}": value for name, value in similarities.items()},
            schema=schema,
            lexical=LexicalIndex(schema),
            joins=JoinGraph(schema),
            groups=schema_groups(schema),
            top_k=top_k,
            threshold=0.2,
        )
    )


def names(schema: DatabaseSchema) -> list[str]:
    return [table.name for table in schema.tables]


def wide(schema: DatabaseSchema) -> DatabaseSchema:
    """The same schema beside a table that is too wide for everything to fit."""
    columns = [f"filler_{number}" for number in range(WHOLE_SCHEMA_COLUMNS)]
    return DatabaseSchema.of("postgres", "public", [*schema.tables, table("zz_filler", *columns)])


def test_words_count_whole_words_of_names_and_comments_in_singular() -> None:
    index = LexicalIndex(SHOP)
    assert names(SHOP) == ["AuditTrail", "customers", "order_lines", "orders"]
    assert [score > 0 for score in index.words("How many customers are there?")] == [False, True, False, True]
    assert [score > 0 for score in index.words("audit trails")] == [True, False, False, False]
    assert [score > 0 for score in index.words("How many are there of what?")] == [False] * 4


def test_grams_find_what_is_misspelt() -> None:
    index = LexicalIndex(SHOP)
    assert index.words("custmers").max() == 0
    assert names(SHOP)[int(index.grams("custmers").argmax())] == "customers"


def test_a_hit_says_which_words_it_shares() -> None:
    assert LexicalIndex(SHOP).shared("City of each customer, customer by customer", 1) == ("city", "customer")


def test_weight_spreads_evenly_along_foreign_keys() -> None:
    joins = JoinGraph(SHOP)
    spread = joins.spread(np.array([0, 0, 0, 1], dtype=np.float32))
    assert spread.tolist() == [0, 0.5, 0.5, 0]
    assert (joins.connects(3, 1), joins.connects(1, 3), joins.connects(1, 2)) == (True, True, False)


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
    own = np.array([0.1, 0.2, 0.3, 0.9], dtype=np.float32)
    fused = fuse([own], groups=np.zeros(4, dtype=np.int64), joins=JoinGraph(SHOP))
    assert int(fused.argmax()) == 3


@given(st.lists(st.floats(0, 1, width=32), min_size=4, max_size=4), st.lists(st.integers(0, 1), min_size=4, max_size=4))
def test_fusion_is_finite_and_nothing_comes_of_nothing(scores: list[float], groups: list[int]) -> None:
    numbers = np.array(groups, dtype=np.int64)
    nothing = np.zeros(4, dtype=np.float32)
    fused = fuse([np.array(scores, dtype=np.float32), nothing], groups=numbers, joins=JoinGraph(SHOP))
    assert np.isfinite(fused).all()
    assert fuse([nothing, nothing], groups=numbers, joins=JoinGraph(SHOP)).tolist() == [0, 0, 0, 0]


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


def test_no_more_than_top_k_of_a_large_schema() -> None:
    hits = ranked(
        "customers and orders", dict.fromkeys(("customers", "orders", "order_lines"), 0.5), wide(SHOP), top_k=2
    )
    assert len(hits) == 2


def test_tables_that_the_schema_does_not_hold_never_come_back() -> None:
    hits = ranked("secrets", {"secrets": 0.99, "customers": 0.3}, wide(SHOP))
    assert "secrets" not in [hit.name for hit in hits]
