"""A stored result sorted and paged."""

import pytest

from nl2sql.replies.result_order import Order
from nl2sql.web.result_table import PAGE_ROWS, order_of, table_view

RESULT = {
    "columns": [{"name": "name", "type": "text"}, {"name": "price", "type": "number"}],
    "rows": [["b", "10.00"], ["A", "9.5"], [None, None], ["c", "-1"]],
}


def column(place: int, order: Order) -> list[str]:
    return [row[place].text for row in table_view(RESULT, order=order).rows]


def test_numbers_sort_as_numbers_texts_without_case_and_null_comes_last() -> None:
    assert column(1, Order()) == ["10.00", "9.5", "null", "-1"]
    assert column(1, Order(column=1)) == ["-1", "9.5", "10.00", "null"]
    assert column(1, Order(column=1, descending=True)) == ["10.00", "9.5", "-1", "null"]
    assert column(0, Order(column=0)) == ["A", "b", "c", "null"]


def test_a_heading_says_how_it_is_sorted_and_asks_for_the_other_way() -> None:
    name, price = table_view(RESULT, order=Order(column=1, descending=True)).headings
    assert (name.sorted, name.query, name.is_number) == ("none", "sort=0", False)
    assert (price.sorted, price.query, price.is_number) == ("descending", "sort=1", True)


@pytest.mark.parametrize("text", ["", "x", "2", "--1", "-", "٣", "99999999999"])
def test_what_is_no_order_of_the_columns_leaves_the_rows_as_they_are(text: str) -> None:
    assert order_of(text, columns=2) == Order()


def test_pages_follow_each_other_and_keep_the_order() -> None:
    rows = {"columns": RESULT["columns"], "rows": [[str(n), n] for n in range(120)]}
    first, last = (table_view(rows, order=Order(column=1, descending=True), page=page) for page in (1, 99))
    assert (first.first, first.last, first.stored) == (1, PAGE_ROWS, 120)
    assert (first.previous_query, first.next_query) == ("", "sort=-1&page=2")
    assert (last.first, last.last, last.previous_query, last.next_query) == (101, 120, "sort=-1&page=2", "")
    assert first.rows[0][1].text == "119"
