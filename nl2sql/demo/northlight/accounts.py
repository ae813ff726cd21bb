"""Accounts, their contacts, and the subscriptions they begin, change and end."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from nl2sql.demo.northlight.catalogue import CHURN_REASONS, COMPANY_KINDS, COMPANY_WORDS, PLANS
from nl2sql.demo.span import Span

TRIAL_DAYS = 14
TRIALS_LOST = 0.15
YEARLY_SHARE = 0.3
MEAN_LIFE_DAYS = 800
UPGRADE_SHARE = 0.35


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """Keys count from 1. `ended_on` is the first day without it; `amount` is dollars a month."""

    account: int
    plan: int
    churn_reason: int | None = None
    status: str
    is_yearly: bool
    seats: int
    started_on: date
    trial_ends_on: date | None = None
    ended_on: date | None = None

    @property
    def seat_price(self) -> int:
        plan = PLANS[self.plan - 1]
        return plan.yearly_price if self.is_yearly else plan.monthly_price

    @property
    def amount(self) -> int:
        return self.seats * self.seat_price

    @property
    def billed_from(self) -> date:
        return self.trial_ends_on or self.started_on


def company_names(rng: np.random.Generator, *, count: int) -> list[str]:
    """`count` different names, at most as many as there are pairs of words."""
    names = [f"{word} {kind}" for word in COMPANY_WORDS.split() for kind in COMPANY_KINDS.split()]
    return [names[pair] for pair in rng.permutation(len(names))[:count].tolist()]


def sign_up_days(rng: np.random.Generator, *, count: int, span: Span) -> list[date]:
    """Sorted days, a third of them in the year before the span, growing towards its end."""
    before = count // 3
    early = -1 - rng.integers(0, 365, size=before)
    late = (span.day_count * rng.random(count - before) ** 0.85).astype(np.int64)
    return [span.first_date + timedelta(days=day) for day in np.sort(np.concatenate((early, late))).tolist()]


def life_of(rng: np.random.Generator, *, account: int, signed_up_on: date, span: Span) -> list[Subscription]:
    """The subscriptions of one account in the order of time: a trial, then perhaps an upgrade, then perhaps an end."""
    plan = int(rng.choice(len(PLANS), p=[plan.share for plan in PLANS])) + 1
    first = Subscription(
        account=account,
        plan=plan,
        status="active",
        is_yearly=bool(rng.random() < YEARLY_SHARE),
        seats=PLANS[plan - 1].minimum_seats + int(rng.gamma(1.6, 4)),
        started_on=signed_up_on,
        trial_ends_on=signed_up_on + timedelta(days=TRIAL_DAYS),
    )
    if first.billed_from >= span.until:
        return [replace(first, status="trialing")]
    if rng.random() < TRIALS_LOST:
        return [replace(first, status="cancelled", ended_on=first.billed_from, churn_reason=len(CHURN_REASONS))]
    lives = _with_upgrade(rng, first=first, span=span)
    return [*lives[:-1], _with_end(rng, subscription=lives[-1], span=span)]


def _with_upgrade(rng: np.random.Generator, *, first: Subscription, span: Span) -> list[Subscription]:
    changed_on = first.billed_from + timedelta(days=90 + int(rng.exponential(240)))
    if rng.random() >= UPGRADE_SHARE or changed_on >= span.until:
        return [first]
    plan = min(first.plan + 1, len(PLANS))
    seats = max(first.seats + int(rng.integers(1, 9)), PLANS[plan - 1].minimum_seats)
    second = replace(first, plan=plan, seats=seats, started_on=changed_on, trial_ends_on=None)
    return [replace(first, status="replaced", ended_on=changed_on), second]


def _with_end(rng: np.random.Generator, *, subscription: Subscription, span: Span) -> Subscription:
    ended_on = subscription.billed_from + timedelta(days=30 + int(rng.exponential(MEAN_LIFE_DAYS)))
    if ended_on < span.until:
        reason = int(rng.choice(len(CHURN_REASONS) - 1, p=(0.26, 0.2, 0.18, 0.1, 0.18, 0.08))) + 1
        return replace(subscription, status="cancelled", ended_on=ended_on, churn_reason=reason)
    return replace(subscription, status="past_due" if rng.random() < 0.05 else "active")
