"""Columns and values named like the words of every sentence, and deeds with their times: the whole statement."""

import pytest

from tests.unit.composer.schemas import cafe, refused, sql_of

BILLS_BY_CAFE = "FROM bills JOIN cafes ON bills.cafe_id = cafes.id"
FEBRUARY = "WHERE bills.placed_at >= '2026-02-01' AND bills.placed_at < '2026-03-01'"


@pytest.mark.parametrize(
    ("question", "sql"),
    [
        # a function word is no column
        (
            "Which dish has the highest price?",
            "SELECT dishes.name FROM dishes ORDER BY dishes.price DESC NULLS LAST LIMIT 1",
        ),
        (
            "Which group has the most dishes?",
            "SELECT groups.name FROM dishes JOIN groups ON dishes.group_id = groups.id GROUP BY groups.id, groups.name "
            "ORDER BY COUNT(*) DESC NULLS LAST LIMIT 1",
        ),
        ("Which cafes have a terrace?", "SELECT cafes.name FROM cafes WHERE cafes.has_terrace = TRUE"),
        ("cafes without a terrace", "SELECT cafes.name FROM cafes WHERE cafes.has_terrace = FALSE"),
        ("vegan dishes", "SELECT dishes.name FROM dishes WHERE dishes.is_vegan = TRUE"),
        ("Which dishes are not vegan?", "SELECT dishes.name FROM dishes WHERE dishes.is_vegan = FALSE"),
        ("List the names of vegan dishes", "SELECT dishes.name FROM dishes WHERE dishes.is_vegan = TRUE"),
        # so many of the greatest
        (
            "Show the 5 dishes with the highest price",
            "SELECT dishes.name, dishes.price FROM dishes ORDER BY dishes.price DESC NULLS LAST LIMIT 5",
        ),
        (
            "Which 5 dishes have the lowest price?",
            "SELECT dishes.name, dishes.price FROM dishes ORDER BY dishes.price ASC LIMIT 5",
        ),
        (
            "Top 2 dishes by quantity sold",
            "SELECT dishes.name, SUM(order_lines.quantity) FROM order_lines JOIN dishes "
            "ON order_lines.dish_id = dishes.id GROUP BY dishes.id, dishes.name "
            "ORDER BY SUM(order_lines.quantity) DESC NULLS LAST LIMIT 2",
        ),
        (
            "Top 3 cafes by number of completed bills",
            f"SELECT cafes.name, COUNT(*) {BILLS_BY_CAFE} WHERE bills.state = 'completed' "
            "GROUP BY cafes.id, cafes.name ORDER BY COUNT(*) DESC NULLS LAST LIMIT 3",
        ),
        (
            "Top 3 cafes by total amount last month",
            f"SELECT cafes.name, SUM(bills.total_amount) {BILLS_BY_CAFE} {FEBRUARY} GROUP BY cafes.id, cafes.name "
            "ORDER BY SUM(bills.total_amount) DESC NULLS LAST LIMIT 3",
        ),
        # totals and counts
        ("total amount of bills last month", f"SELECT SUM(bills.total_amount) FROM bills {FEBRUARY}"),
        ("What is the total amount of payments?", "SELECT SUM(payments.amount) FROM payments"),
        ("average amount of payments", "SELECT AVG(payments.amount) FROM payments"),
        (
            "What is the total amount of completed bills?",
            "SELECT SUM(bills.total_amount) FROM bills WHERE bills.state = 'completed'",
        ),
        (
            "total tip amount for each cafe last month",
            f"SELECT cafes.name, SUM(bills.tip_amount) {BILLS_BY_CAFE} {FEBRUARY} GROUP BY cafes.id, cafes.name",
        ),
        (
            "completed bills for each cafe",
            f"SELECT cafes.name, COUNT(*) {BILLS_BY_CAFE} WHERE bills.state = 'completed' "
            "GROUP BY cafes.id, cafes.name",
        ),
        (
            "How many bills were placed per month?",
            "SELECT CAST(DATE_TRUNC('MONTH', bills.placed_at) AS DATE), COUNT(*) FROM bills GROUP BY "
            "CAST(DATE_TRUNC('MONTH', bills.placed_at) AS DATE) ORDER BY "
            "CAST(DATE_TRUNC('MONTH', bills.placed_at) AS DATE) ASC",
        ),
        # deeds choose their date
        (
            "guests who signed up last month",
            "SELECT guests.name FROM guests WHERE guests.signed_up_on >= '2026-02-01' AND "
            "guests.signed_up_on < '2026-03-01'",
        ),
        (
            "How many guests registered in 2025?",
            "SELECT COUNT(*) FROM guests WHERE guests.signed_up_on >= '2025-01-01' AND "
            "guests.signed_up_on < '2026-01-01'",
        ),
        (
            "Which cafes closed in 2025?",
            "SELECT cafes.name FROM cafes WHERE cafes.closed_on >= '2025-01-01' AND cafes.closed_on < '2026-01-01'",
        ),
        (
            "How many contracts ended in 2025?",
            "SELECT COUNT(*) FROM contracts WHERE contracts.ended_on >= '2025-01-01' AND "
            "contracts.ended_on < '2026-01-01'",
        ),
        (
            "bills paid by gift card",
            "SELECT bills.* FROM bills WHERE EXISTS(SELECT 1 FROM payments WHERE payments.bill_id = bills.id AND "
            "payments.method = 'gift card')",
        ),
    ],
)
def test_cafe(question: str, sql: str) -> None:
    assert sql_of(question, cafe()) == sql


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("How many bills were paid last month?", "the time may be placed_at, paid_at"),
        ("How many contracts were there last month?", "the time may be issued_on"),
        ("Which 3 cafes have a terrace?", "by what the first are chosen"),
        ("Which group is the most common?", "each of groups is there once"),
    ],
)
def test_what_stays_uncertain(question: str, why: str) -> None:
    assert why in refused(question, cafe()).message
