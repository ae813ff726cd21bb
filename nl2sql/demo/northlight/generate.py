"""All rows of Northlight, from a seed and the day the data ends: the same on every run."""

from collections.abc import Sequence
from datetime import date, timedelta
from itertools import chain, count

import numpy as np

from nl2sql.demo.northlight.accounts import Subscription, company_names, life_of, sign_up_days
from nl2sql.demo.northlight.activity import stays, support_rows, usage_rows
from nl2sql.demo.northlight.billing import keep_books
from nl2sql.demo.northlight.catalogue import (
    ACQUISITION_CHANNELS,
    CHURN_REASONS,
    COUNTRIES,
    COUNTRY_SHARES,
    FEATURES,
    FIRST_NAMES,
    INDUSTRIES,
    JOB_TITLES,
    LAST_NAMES,
    LATE_FEATURES,
    PLANS,
    TEAMS,
)
from nl2sql.demo.northlight.rows import Row
from nl2sql.demo.span import Span, add_months

SEED = 7_919
ACCOUNTS = 300
AGENTS = 9


def generate(*, until: date) -> dict[str, list[Row]]:
    """Every table in an order that puts referred rows first. `until`: first day of the month after the data."""
    span = Span(until=until)
    signed_up = sign_up_days(_stage(1), count=ACCOUNTS, span=span)
    lives = _stage(2)
    subscriptions = [
        subscription
        for account, day in enumerate(signed_up, start=1)
        for subscription in life_of(lives, account=account, signed_up_on=day, span=span)
    ]
    contacts = _contact_rows(_stage(4))
    books = keep_books(_stage(5), subscriptions=subscriptions, span=span)
    released_on = _release_days(span)
    visits = stays(subscriptions, span=span)
    tickets, messages = support_rows(_stage(7), stays=visits, contacts=contacts, agents=AGENTS, span=span)
    return {
        "plans": [(key, *plan[:4]) for key, plan in enumerate(PLANS, start=1)],
        "features": [(key, *feature, day) for key, feature, day in zip(count(1), FEATURES, released_on, strict=False)],
        "plan_features": [
            (key, feature) for key, plan in enumerate(PLANS, start=1) for feature in range(1, plan.feature_count + 1)
        ],
        "accounts": _account_rows(_stage(3), signed_up=signed_up),
        "contacts": list(chain.from_iterable(contacts.values())),
        "churn_reasons": [(key, *reason) for key, reason in enumerate(CHURN_REASONS, start=1)],
        "subscriptions": _subscription_rows(subscriptions),
        "invoices": books.invoices,
        "invoice_lines": books.lines,
        "payments": books.payments,
        "usage_events": usage_rows(_stage(6), stays=visits, released_on=released_on),
        "support_agents": _agent_rows(_stage(8)),
        "support_tickets": tickets,
        "ticket_messages": messages,
    }


def _stage(number: int) -> np.random.Generator:
    """Each stage draws from its own stream, so that a change in one leaves the others as they are."""
    return np.random.default_rng([SEED, number])


def _pick(rng: np.random.Generator, names: Sequence[str]) -> str:
    return names[int(rng.integers(len(names)))]


def _release_days(span: Span) -> list[date]:
    return [
        add_months(span.first_date, months=LATE_FEATURES[name])
        if name in LATE_FEATURES
        else span.first_date - timedelta(days=400 + 37 * number)
        for number, (name, _) in enumerate(FEATURES)
    ]


def _account_rows(rng: np.random.Generator, *, signed_up: list[date]) -> list[Row]:
    names = company_names(rng, count=len(signed_up))
    rows: list[Row] = []
    for key, (name, day) in enumerate(zip(names, signed_up, strict=True), start=1):
        country = COUNTRIES[int(rng.choice(len(COUNTRIES), p=COUNTRY_SHARES))]
        employees = 3 + int(rng.lognormal(3.8, 1.1)) if rng.random() < 0.9 else None
        channel = _pick(rng, ACQUISITION_CHANNELS)
        rows.append((key, name, _pick(rng, INDUSTRIES), country, employees, channel, day))
    return rows


def _contact_rows(rng: np.random.Generator) -> dict[int, list[Row]]:
    """Account → its one to four people; the first receives the invoices."""
    keys = count(1)

    def contact(account: int, rank: int) -> Row:
        first, last = _pick(rng, FIRST_NAMES.split()), _pick(rng, LAST_NAMES.split())
        key = next(keys)
        email = f"{first}.{last}{key}@example.com".lower()
        title = _pick(rng, JOB_TITLES) if rng.random() < 0.88 else None
        return key, account, first, last, email, title, rank == 0

    return {
        account: [contact(account, rank) for rank in range(int(rng.integers(1, 5)))]
        for account in range(1, ACCOUNTS + 1)
    }


def _subscription_rows(subscriptions: list[Subscription]) -> list[Row]:
    return [
        (
            key,
            item.account,
            item.plan,
            item.churn_reason,
            item.status,
            "yearly" if item.is_yearly else "monthly",
            item.seats,
            item.amount,
            item.started_on,
            item.trial_ends_on,
            item.ended_on,
        )
        for key, item in enumerate(subscriptions, start=1)
    ]


def _agent_rows(rng: np.random.Generator) -> list[Row]:
    return [
        (key, _pick(rng, FIRST_NAMES.split()), _pick(rng, LAST_NAMES.split()), TEAMS[key % len(TEAMS)])
        for key in range(1, AGENTS + 1)
    ]
