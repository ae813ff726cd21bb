"""All rows of Northlight, from a seed and the day the data ends: the same on every run."""

from datetime import date, timedelta

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
from nl2sql.demo.northlight.rows import Row, TableRows
from nl2sql.demo.northlight.span import Span, add_months

SEED = 7_919
ACCOUNTS = 300
AGENTS = 9


def generate(*, until: date) -> tuple[TableRows, ...]:
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
    contacts_of: dict[int, list[int]] = {}
    for contact, account, *_ in contacts:
        contacts_of.setdefault(int(account or 0), []).append(int(contact or 0))
    books = keep_books(_stage(5), subscriptions=subscriptions, span=span)
    released_on = _release_days(span)
    visits = stays(subscriptions, span=span)
    tickets, messages = support_rows(_stage(7), stays=visits, contacts=contacts_of, agents=AGENTS, span=span)
    return (
        TableRows(name="plans", rows=[(key, *plan[:4]) for key, plan in enumerate(PLANS, start=1)]),
        TableRows(name="features", rows=_feature_rows(released_on)),
        TableRows(name="plan_features", rows=_plan_feature_rows()),
        TableRows(name="accounts", rows=_account_rows(_stage(3), signed_up=signed_up)),
        TableRows(name="contacts", rows=contacts),
        TableRows(
            name="churn_reasons",
            rows=[(key, name, int(avoidable)) for key, (name, avoidable) in enumerate(CHURN_REASONS, start=1)],
        ),
        TableRows(name="subscriptions", rows=_subscription_rows(subscriptions)),
        TableRows(name="invoices", rows=books.invoices),
        TableRows(name="invoice_lines", rows=books.lines),
        TableRows(name="payments", rows=books.payments),
        TableRows(name="usage_events", rows=usage_rows(_stage(6), stays=visits, released_on=released_on)),
        TableRows(name="support_agents", rows=_agent_rows(_stage(8))),
        TableRows(name="support_tickets", rows=tickets),
        TableRows(name="ticket_messages", rows=messages),
    )


def _stage(number: int) -> np.random.Generator:
    """Each stage draws from its own stream, so that a change in one leaves the others as they are."""
    return np.random.default_rng([SEED, number])


def _pick(rng: np.random.Generator, names: tuple[str, ...] | list[str]) -> str:
    return names[int(rng.integers(len(names)))]


def _release_days(span: Span) -> list[date]:
    return [
        add_months(span.first_day, months=LATE_FEATURES[name])
        if name in LATE_FEATURES
        else span.first_day - timedelta(days=400 + 37 * number)
        for number, (name, _) in enumerate(FEATURES)
    ]


def _feature_rows(released_on: list[date]) -> list[Row]:
    return [
        (key, name, area, day.isoformat())
        for key, ((name, area), day) in enumerate(zip(FEATURES, released_on, strict=True), start=1)
    ]


def _plan_feature_rows() -> list[Row]:
    return [
        (plan_key, feature_key)
        for plan_key, plan in enumerate(PLANS, start=1)
        for feature_key in range(1, plan.feature_count + 1)
    ]


def _account_rows(rng: np.random.Generator, *, signed_up: list[date]) -> list[Row]:
    names = company_names(rng, count=len(signed_up))
    rows: list[Row] = []
    for key, (name, day) in enumerate(zip(names, signed_up, strict=True), start=1):
        country = COUNTRIES[int(rng.choice(len(COUNTRIES), p=COUNTRY_SHARES))]
        employees = 3 + int(rng.lognormal(3.8, 1.1)) if rng.random() < 0.9 else None
        channel = _pick(rng, ACQUISITION_CHANNELS)
        rows.append((key, name, _pick(rng, INDUSTRIES), country, employees, channel, day.isoformat()))
    return rows


def _contact_rows(rng: np.random.Generator) -> list[Row]:
    """One to four people for each account; the first receives the invoices."""
    first_names, last_names = FIRST_NAMES.split(), LAST_NAMES.split()
    rows: list[Row] = []
    for account in range(1, ACCOUNTS + 1):
        for rank in range(int(rng.integers(1, 5))):
            first, last = _pick(rng, first_names), _pick(rng, last_names)
            key = len(rows) + 1
            email = f"{first}.{last}{key}@example.com".lower()
            title = _pick(rng, JOB_TITLES) if rng.random() < 0.88 else None
            rows.append((key, account, first, last, email, title, int(rank == 0)))
    return rows


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
            item.started_on.isoformat(),
            item.trial_ends_on.isoformat() if item.trial_ends_on else None,
            item.ended_on.isoformat() if item.ended_on else None,
        )
        for key, item in enumerate(subscriptions, start=1)
    ]


def _agent_rows(rng: np.random.Generator) -> list[Row]:
    first_names, last_names = FIRST_NAMES.split(), LAST_NAMES.split()
    return [
        (key, _pick(rng, first_names), _pick(rng, last_names), TEAMS[key % len(TEAMS)]) for key in range(1, AGENTS + 1)
    ]
