"""Invoices of subscriptions, their lines, and the attempts to have them paid."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import numpy as np

from nl2sql.demo.northlight.accounts import Subscription
from nl2sql.demo.northlight.catalogue import PLANS
from nl2sql.demo.northlight.rows import Row
from nl2sql.demo.span import Span, add_months

DUE_DAYS = 14
VOID_SHARE = 0.008
METHODS = ("credit_card", "bank_transfer", "direct_debit")
FAILURES = ("card_expired", "insufficient_funds", "declined_by_bank")
STORAGE_BLOCK_DOLLARS = 5
MAX_INVOICES_EACH = 60
"""Bound on the invoices of one subscription: five years of months, more than any lasts."""


@dataclass(kw_only=True)
class Books:
    """Rows of the three tables as they are written; keys count from 1."""

    invoices: list[Row] = field(default_factory=list)
    lines: list[Row] = field(default_factory=list)
    payments: list[Row] = field(default_factory=list)


def keep_books(rng: np.random.Generator, *, subscriptions: list[Subscription], span: Span) -> Books:
    """Every invoice issued within the span, in the order of issue, with what followed until its end."""
    books = Books()
    method_of = rng.choice(len(METHODS), size=1 + max(item.account for item in subscriptions), p=(0.6, 0.25, 0.15))
    due = sorted((day, key) for key, item in enumerate(subscriptions, start=1) for day in _issue_days(item, span=span))
    for issued_on, key in due:
        subscription = subscriptions[key - 1]
        total = _write_lines(rng, books=books, key=key, subscription=subscription)
        is_bad = subscription.status == "past_due" and add_months(issued_on, months=1) >= span.until
        method = METHODS[method_of[subscription.account]]
        is_void = rng.random() < VOID_SHARE
        is_paid = (
            not is_void
            and not is_bad
            and _collect(rng, books=books, issued_on=issued_on, total=total, method=method, span=span)
        )
        status = "void" if is_void else "paid" if is_paid else "unpaid"
        number = len(books.invoices) + 1
        due_on = issued_on + timedelta(days=DUE_DAYS)
        label = f"NL-{issued_on.year}-{number:05d}"
        books.invoices.append((number, subscription.account, label, status, issued_on, due_on, total))
    return books


def _issue_days(subscription: Subscription, *, span: Span) -> Iterator[date]:
    step = 12 if subscription.is_yearly else 1
    end = min(subscription.ended_on or span.until, span.until)
    for number in range(MAX_INVOICES_EACH):
        day = add_months(subscription.billed_from, months=number * step)
        if day >= end:
            return
        if day >= span.first_date:
            yield day


def _write_lines(rng: np.random.Generator, *, books: Books, key: int, subscription: Subscription) -> int:
    """Write the lines of the next invoice and return their sum in dollars."""
    months = 12 if subscription.is_yearly else 1
    plan = PLANS[subscription.plan - 1].name
    lines = [(f"{plan} plan, seats", subscription.seats, subscription.seat_price * months)]
    if rng.random() < 0.2:
        lines.append(("Extra storage, 100 GB blocks", int(rng.integers(1, 9)), STORAGE_BLOCK_DOLLARS * months))
    invoice = len(books.invoices) + 1
    for description, quantity, unit in lines:
        books.lines.append((len(books.lines) + 1, invoice, key, description, quantity, unit, quantity * unit))
    return sum(quantity * unit for _, quantity, unit in lines)


def _collect(rng: np.random.Generator, *, books: Books, issued_on: date, total: int, method: str, span: Span) -> bool:
    """Up to three attempts, three days apart; true when one before the end of the span succeeded."""
    invoice = len(books.invoices) + 1
    wait = timedelta(days=int(rng.integers(0, DUE_DAYS)) if method == "bank_transfer" else 0)
    for attempt in range(3):
        hour = time(int(rng.integers(6, 20)), int(rng.integers(60)), int(rng.integers(60)))
        attempted_at = datetime.combine(issued_on + wait + timedelta(days=3 * attempt), hour)
        if attempted_at.date() >= span.until:
            return False
        failure = FAILURES[int(rng.integers(len(FAILURES)))] if rng.random() < 0.07 else None
        outcome = "failed" if failure else "succeeded"
        number = len(books.payments) + 1
        books.payments.append((number, invoice, method, outcome, failure, total, attempted_at))
        if not failure:
            return True
    return False
