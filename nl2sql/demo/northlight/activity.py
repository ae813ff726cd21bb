"""What accounts do while they subscribe: use features, and ask for help."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np

from nl2sql.demo.northlight.accounts import Subscription
from nl2sql.demo.northlight.catalogue import AGENT_MESSAGES, CUSTOMER_MESSAGES, PLANS, TICKET_SUBJECTS
from nl2sql.demo.northlight.rows import Row
from nl2sql.demo.span import Span

EVENTS_PER_SEAT_DAY = 0.024
TICKETS_PER_DAY = 0.011
PRIORITIES = ("low", "normal", "high", "urgent")
MAX_MESSAGES = 6
BACKLOG = timedelta(days=7)
"""Half of the tickets this young have no answer yet."""
WORK_HOURS = (7, 19)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """The days within the span on which an account had one subscription."""

    subscription: Subscription
    first_day: date
    day_count: int


def stays(subscriptions: list[Subscription], *, span: Span) -> list[Stay]:
    found = []
    for item in subscriptions:
        first = max(item.started_on, span.first_date)
        days = (min(item.ended_on or span.until, span.until) - first).days
        if days > 0:
            found.append(Stay(subscription=item, first_day=first, day_count=days))
    return found


def usage_rows(rng: np.random.Generator, *, stays: list[Stay], released_on: list[date]) -> list[Row]:
    """Uses of features that the plan holds and that were out by then, in the order of time."""
    popularity = 1 / np.arange(1, len(released_on) + 1) ** 0.7
    events: list[tuple[datetime, int, int, int | None]] = []
    for stay in stays:
        count = int(rng.poisson(EVENTS_PER_SEAT_DAY * stay.day_count * (4 + stay.subscription.seats)))
        share = popularity[: PLANS[stay.subscription.plan - 1].feature_count]
        features = rng.choice(len(share), size=count, p=share / share.sum()).tolist()
        moments = _work_moments(rng, stay=stay, count=count)
        durations = (5 + rng.gamma(1.2, 180, size=count)).astype(np.int64).tolist()
        is_timed = (rng.random(count) < 0.85).tolist()
        for feature, at, seconds, timed in zip(features, moments, durations, is_timed, strict=True):
            if at.date() >= released_on[feature]:
                events.append((at, stay.subscription.account, feature + 1, seconds if timed else None))
    events.sort(key=lambda event: event[:3])
    return [(number, account, feature, at, s) for number, (at, account, feature, s) in enumerate(events, start=1)]


def support_rows(
    rng: np.random.Generator, *, stays: list[Stay], contacts: Mapping[int, Sequence[Row]], agents: int, span: Span
) -> tuple[list[Row], list[Row]]:
    """Tickets in the order of opening, and their messages. `contacts`: account → its rows of contacts."""
    opened = sorted(
        (at, stay.subscription.account)
        for stay in stays
        for at in _work_moments(rng, stay=stay, count=int(rng.poisson(TICKETS_PER_DAY * stay.day_count)))
    )
    tickets: list[Row] = []
    messages: list[Row] = []
    end = datetime.combine(span.until, time())
    for number, (opened_at, account) in enumerate(opened, start=1):
        thread = _thread(rng, opened_at=opened_at, end=end)
        for index, sent_at in enumerate(thread):
            sender, texts = ("agent", AGENT_MESSAGES) if index % 2 else ("customer", CUSTOMER_MESSAGES)
            body = texts[int(rng.integers(len(texts)))]
            messages.append((len(messages) + 1, number, sender, body, sent_at))
        closed_at = thread[-1] + timedelta(hours=float(rng.exponential(60)))
        is_closed = closed_at < end and len(thread) > 1
        status = "closed" if is_closed else "waiting" if len(thread) > 1 else "open"
        contact = contacts[account][int(rng.integers(len(contacts[account])))][0]
        agent = int(rng.integers(agents)) + 1 if len(thread) > 1 else None
        rating = int(np.clip(round(float(rng.normal(4.2, 1.0))), 1, 5)) if is_closed and rng.random() < 0.6 else None
        subject = TICKET_SUBJECTS[int(rng.integers(len(TICKET_SUBJECTS)))]
        priority = PRIORITIES[int(rng.choice(len(PRIORITIES), p=(0.2, 0.55, 0.18, 0.07)))]
        closing = closed_at if is_closed else None
        tickets.append((number, account, contact, agent, subject, priority, status, opened_at, closing, rating))
    return tickets, messages


def _thread(rng: np.random.Generator, *, opened_at: datetime, end: datetime) -> list[datetime]:
    """When the messages of a ticket were sent: the first opens it, those after the end are not sent yet."""
    thread = [opened_at]
    if opened_at > end - BACKLOG and rng.random() < 0.5:
        return thread
    for _ in range(int(rng.integers(1, MAX_MESSAGES))):
        sent_at = thread[-1] + timedelta(minutes=5 + float(rng.exponential(700)))
        if sent_at >= end:
            break
        thread.append(sent_at)
    return thread


def _work_moments(rng: np.random.Generator, *, stay: Stay, count: int) -> list[datetime]:
    """Moments in working hours; what falls on a weekend moves to the Friday before, if that is within the stay."""
    start = datetime.combine(stay.first_day, time())
    days = rng.integers(0, stay.day_count, size=count)
    weekday = (days + stay.first_day.weekday()) % 7
    days = np.where((weekday >= 5) & (days >= 2) & (rng.random(count) < 0.8), days - (weekday - 4), days)
    seconds = rng.integers(WORK_HOURS[0] * 3600, WORK_HOURS[1] * 3600, size=count)
    pairs = zip(days.tolist(), seconds.tolist(), strict=True)
    return [start + timedelta(days=day, seconds=second) for day, second in pairs]
