"""Today and the spans around it as dates, so that no model has to count them. Pure."""

from nl2sql.calendar_spans import Calendar, Unit
from nl2sql.prompt.sanitize import one_line

_MAX_ZONE = 63
_CALENDAR: tuple[Unit, ...] = ("month", "quarter", "year")
_FISCAL: tuple[Unit, ...] = ("quarter", "year")


def calendar_rules(calendar: Calendar, *, time_zone: str) -> str:
    """A list entry of the prompt's rules, over several lines."""
    zone = one_line(time_zone, max_characters=_MAX_ZONE)
    lines = [
        f"- Today is {calendar.today.isoformat()} ({calendar.today:%A}) in the time zone {zone}. Take relative times "
        "from these spans; the last day is not included. Write ranges half-open (>= start, < end).",
        _spans(calendar, _CALENDAR, fiscal=False),
    ]
    if calendar.fiscal_month == 1:
        lines.append("  The fiscal year is the calendar year.")
    else:
        lines.append(_spans(calendar, _FISCAL, fiscal=True))
        lines.append('  Only "fiscal" or "financial" means the latter two; a year or quarter alone is the calendar\'s.')
    return "\n".join(lines)


def _spans(calendar: Calendar, units: tuple[Unit, ...], *, fiscal: bool) -> str:
    said = []
    for unit in units:
        for which, offset in (("this", 0), ("last", -1)):
            first, end = calendar.span(unit, offset, fiscal=fiscal)
            said.append(f"{which} {'fiscal ' if fiscal else ''}{unit}: {first} up to {end}")
    return f"  {'; '.join(said)}."
