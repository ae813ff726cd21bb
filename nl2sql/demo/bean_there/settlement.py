"""What follows an order: payments, refunds, reviews, and the targets set for the stores."""

import numpy as np

from nl2sql.demo.bean_there.baskets import Baskets
from nl2sql.demo.bean_there.menu import PRODUCTS
from nl2sql.demo.bean_there.orders import APP, COMPLETED, REFUNDED, Orders
from nl2sql.demo.bean_there.period import Ints, Period
from nl2sql.demo.bean_there.places import STORES
from nl2sql.demo.bean_there.store_calendar import Seconds
from nl2sql.demo.bean_there.table_data import TableData, money, numbered, with_gaps

METHODS = np.array(["card", "mobile_wallet", "cash", "gift_card"])
REASONS = np.array(["wrong_item", "quality", "too_slow", "goodwill"])

PRAISE = (
    "Best cup in town.",
    "Friendly as always, and quick.",
    "Just right, will come again.",
    "Lovely and still warm.",
    "My usual, never disappoints.",
)
DOUBT = (
    "Fine, nothing special.",
    "Good, but the queue was long.",
    "A little smaller than I remember.",
    "Taste was good, the cup leaked.",
)
COMPLAINT = ("Lukewarm.", "Too sweet for me.", "Waited twenty minutes for it.", "Not what I had ordered.", "Dry.")
COMMENTS = np.array(PRAISE + DOUBT + COMPLAINT)


def payment_table(rng: np.random.Generator, *, orders: Orders) -> TableData:
    """One payment for each order that was not cancelled; one order in sixty is paid in two parts."""
    paid = np.flatnonzero(orders.is_paid)
    is_split = (rng.random(len(paid)) < 1 / 60) & (orders.total_cents[paid] >= 400)
    order = np.sort(np.concatenate((paid, paid[is_split])))
    is_second = np.concatenate(([False], order[1:] == order[:-1]))
    is_first_of_two = np.concatenate((is_second[1:], [False]))
    total = orders.total_cents[order]
    part = total // 200 * 100
    amount = np.where(is_second, total - part, np.where(is_first_of_two, part, total))
    at_till = rng.choice(len(METHODS), size=len(order), p=(0.53, 0.27, 0.17, 0.03))
    in_app = rng.choice(2, size=len(order), p=(0.6, 0.4))
    return TableData(
        "sales.payments",
        payment_id=numbered(len(order)),
        order_id=order + 1,
        method=METHODS[np.where(orders.channel[order] == APP, in_app, at_till)],
        amount=money(amount),
        paid_at=orders.placed_at[order] + rng.integers(15, 240, size=len(order)) + 60 * is_second,
    )


def refund_table(rng: np.random.Generator, *, orders: Orders, period: Period) -> TableData:
    """Refunded orders get all back; one completed order in a hundred gets about half back."""
    is_partial = (orders.status == COMPLETED) & (rng.random(len(orders.status)) < 0.01)
    order = np.flatnonzero((orders.status == REFUNDED) | is_partial)
    total = orders.total_cents[order]
    amount = np.where(is_partial[order], np.maximum(total // 20 * 10, 50), total)
    wait_s = 600 + rng.exponential(40_000, size=len(order)).astype(np.int64)
    refunded_at = _before_the_end(orders.placed_at[order] + wait_s, period=period)
    by_time = np.argsort(refunded_at, kind="stable")
    return TableData(
        "sales.refunds",
        refund_id=numbered(len(order)),
        order_id=order[by_time] + 1,
        amount=money(amount[by_time]),
        reason=with_gaps(
            REASONS[rng.choice(len(REASONS), size=len(order), p=(0.35, 0.3, 0.2, 0.15))],
            missing=rng.random(len(order)) < 0.1,
        ),
        refunded_at=refunded_at[by_time],
    )


def review_table(rng: np.random.Generator, *, orders: Orders, baskets: Baskets, period: Period) -> TableData:
    """Ratings of about one line in 25 that known guests paid for, better for some products and stores than others."""
    order = baskets.order
    chosen = np.flatnonzero((orders.guest[order] >= 0) & orders.is_paid[order] & (rng.random(len(order)) < 0.04))
    product_taste = rng.normal(4.15, 0.35, size=len(PRODUCTS))[baskets.product[chosen]]
    store_care = rng.normal(0, 0.2, size=len(STORES))[orders.visits.store[order[chosen]]]
    felt = product_taste + store_care - 1.6 * (orders.status[order[chosen]] == REFUNDED)
    rating = np.clip(np.rint(felt + rng.normal(0, 0.95, size=len(chosen))), 1, 5).astype(np.int64)
    wait_s = 3600 + rng.exponential(100_000, size=len(chosen)).astype(np.int64)
    reviewed_at = _before_the_end(orders.placed_at[order[chosen]] + wait_s, period=period)
    by_time = np.argsort(reviewed_at, kind="stable")
    return TableData(
        "sales.reviews",
        review_id=numbered(len(chosen)),
        order_item_id=chosen[by_time] + 1,
        rating=rating[by_time],
        comment=with_gaps(COMMENTS[_comment_index(rng, rating=rating[by_time])], missing=rng.random(len(chosen)) < 0.6),
        reviewed_at=reviewed_at[by_time],
    )


def target_table(rng: np.random.Generator, *, orders: Orders, period: Period) -> TableData:
    """A target for each store and month of trade, in steps of 50 EUR: what was then reached, give or take a little."""
    months = int(period.month_of_day[-1]) + 1
    cell = orders.visits.store * months + period.month_of_day[orders.visits.day]
    revenue = np.bincount(cell, weights=orders.total_cents * orders.is_paid, minlength=len(STORES) * months)
    traded = np.flatnonzero(revenue)
    store, month = np.divmod(traded, months)
    target = np.rint(revenue[traded] * rng.normal(0.99, 0.07, size=len(traded)) / 5_000).astype(np.int64) * 5_000
    return TableData(
        "operations.store_targets",
        store_id=store + 1,
        month=period.month_start(month),
        revenue_target=money(target),
    )


def spent_cents(*, orders: Orders, customers: int) -> Ints:
    """What each customer paid for completed orders."""
    counted = np.flatnonzero((orders.guest >= 0) & (orders.status == COMPLETED))
    sums = np.bincount(orders.guest[counted], weights=orders.total_cents[counted], minlength=customers)
    return sums.astype(np.int64)


def _comment_index(rng: np.random.Generator, *, rating: Ints) -> Ints:
    starts = np.array([0, len(PRAISE), len(PRAISE) + len(DOUBT), len(COMMENTS)])
    kind = np.where(rating >= 4, 0, np.where(rating == 3, 1, 2))
    width = starts[kind + 1] - starts[kind]
    offset: Ints = (rng.random(len(rating)) * width).astype(np.int64)
    return starts[kind] + offset


def _before_the_end(moments: Seconds, *, period: Period) -> Seconds:
    """What would happen after the period happens in its last hour: orders end earlier."""
    latest: Seconds = np.minimum(moments, period.end_day.astype("datetime64[s]") - 1800)
    return latest
