"""Employees and their shifts: who was in which store on which day."""

from dataclasses import dataclass

import numpy as np

from nl2sql.demo.bean_there.people import draw_names
from nl2sql.demo.bean_there.period import Bools, Ints
from nl2sql.demo.bean_there.places import STORES
from nl2sql.demo.bean_there.store_calendar import StoreCalendar
from nl2sql.demo.bean_there.table_data import TableData, money, numbered, with_gaps

CORE_STAFF = 5
"""Employees of a store who stay throughout; one more than a day needs, so that a roster always exists."""

SLOTS = ((6.5, 14.0), (6.5, 14.0), (13.5, 20.5), (13.5, 20.5))
"""Local start and end of a day's four shifts, in hours. In the first of each pair nobody is ever absent."""


@dataclass(frozen=True, kw_only=True)
class Staff:
    """Day numbers of hiring and leaving for each employee; `left_day` is the period's length while employed."""

    store: Ints
    job_title: list[str]
    hired_day: Ints
    left_day: Ints


@dataclass(frozen=True, kw_only=True)
class Roster:
    """By store, day and slot: index of the employee (-1 when shut), and whether the shift was worked."""

    employee: Ints
    attendance: Ints


ATTENDANCE = np.array(["worked", "sick", "no_show"])


def draw_staff(rng: np.random.Generator, *, calendar: StoreCalendar) -> Staff:
    """Employees, store by store: manager, shift lead, the other core staff, then those who come and go."""
    end = calendar.period.day_count
    opened, closed = calendar.period.day_of(calendar.opened_on), calendar.period.day_of(calendar.closed_on)
    rows: list[tuple[int, str, int, int]] = []
    for store, place in enumerate(STORES):
        first = int(opened[store])
        for rank in range(CORE_STAFF):
            hired = first - 14 if first > 0 else int(rng.integers(first - 14, 1))
            title = ("Store manager", "Shift lead")[rank] if rank < 2 else "Barista"
            rows.append((store, title, hired, int(closed[store])))
        for _ in range(4 + round(place.weight * 5)):
            hired = int(rng.integers(max(first, -400), closed[store] - 5))
            left = min(hired + 40 + int(rng.exponential(420)), int(closed[store]))
            if left > 0:
                rows.append((store, "Trainee" if hired > end - 90 else "Barista", hired, left))
    stores, titles, hired_days, left_days = zip(*rows, strict=True)
    return Staff(
        store=np.array(stores), job_title=list(titles), hired_day=np.array(hired_days), left_day=np.array(left_days)
    )


def draw_roster(rng: np.random.Generator, *, staff: Staff, is_open: Bools) -> Roster:
    """Four different employees for each day a store is open, all employed on that day."""
    stores, days = is_open.shape
    employee = np.full((stores, days, len(SLOTS)), -1)
    day = np.arange(days)[:, None]
    for store in range(stores):
        members = np.flatnonzero(staff.store == store)
        absent = (day < staff.hired_day[members]) | (day >= staff.left_day[members])
        lots = rng.random((days, len(members))) + 2 * absent
        employee[store] = members[np.argsort(lots, axis=1)[:, : len(SLOTS)]]
    employee[~is_open] = -1
    attendance = rng.choice(len(ATTENDANCE), size=employee.shape, p=(0.93, 0.06, 0.01))
    attendance[:, :, 0::2] = 0
    return Roster(employee=employee, attendance=attendance)


def employee_table(rng: np.random.Generator, *, staff: Staff, calendar: StoreCalendar) -> TableData:
    count = len(staff.store)
    first, last = draw_names(rng, count=count)
    base_cents = {"Store manager": 2350, "Shift lead": 1740, "Barista": 1420, "Trainee": 1290}
    wages = np.array([base_cents[title] for title in staff.job_title]) + rng.integers(0, 16, size=count) * 10
    left_on = calendar.period.first_day + np.maximum(staff.left_day, staff.hired_day + 1) - 1
    return TableData(
        "operations.employees",
        employee_id=numbered(count),
        store_id=staff.store + 1,
        first_name=first,
        last_name=last,
        job_title=staff.job_title,
        hourly_wage=money(wages),
        hired_on=calendar.period.first_day + staff.hired_day,
        left_on=with_gaps(left_on, missing=staff.left_day >= calendar.period.day_count),
    )


def shift_table(rng: np.random.Generator, *, roster: Roster, calendar: StoreCalendar) -> TableData:
    store, day, slot = np.nonzero(roster.employee >= 0)
    start_s = np.array([int(start * 3600) for start, _ in SLOTS])[slot]
    end_s = np.array([int(end * 3600) for _, end in SLOTS])[slot]
    order = np.lexsort((slot, store, day))
    starts_at = calendar.utc(store=store, day=day, local_s=start_s)
    ends_at = calendar.utc(store=store, day=day, local_s=end_s)
    return TableData(
        "operations.shifts",
        shift_id=numbered(len(order)),
        employee_id=(roster.employee[store, day, slot] + 1)[order],
        starts_at=starts_at[order],
        ends_at=ends_at[order],
        break_minutes=rng.choice([30, 30, 30, 45, 60], size=len(order)),
        attendance=ATTENDANCE[roster.attendance[store, day, slot]][order],
    )
