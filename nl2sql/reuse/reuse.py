"""Is this question one that was verified, up to the values of its parameters? Precision first. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice, product
from uuid import UUID

import sqlglot
from sqlglot import exp

from nl2sql.reuse.reading import COUNT, SLOT, Reading, Token, number_text, reading
from nl2sql.reuse.template import Slot, Template, literals, spans_of, template, year_like
from nl2sql.reuse.words import NEVER_A_VALUE
from schema_index.retrieval.types import StoredValue

MAX_CHOICES = 16
"""Ways to place stored values in one question that are tried."""

MAX_LIMIT = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """A question with the statement that a person vouched for, as it was written. `at` is an ISO date."""

    id: UUID
    question: str
    sql: str
    dialect: str
    by: str
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reused:
    """`sql` answers the question that was asked; `changed` are the parameters' values, before and now."""

    verified: Verified
    sql: str
    changed: tuple[tuple[str, str], ...] = ()


def reuse(question: str, *, known: Iterable[Verified], values: Iterable[StoredValue] = ()) -> Reused | None:
    """The one verified statement that answers the question; None where none does, or where two differ.

    `values` are the stored values that the question names: a text parameter takes no other.
    """
    stored = tuple(values)
    found = [one for verified in known if (one := _reused(question, verified, stored)) is not None]
    return found[0] if found and len({one.sql for one in found}) == 1 else None


def parameters(question: str, *, sql: str, dialect: str) -> list[dict[str, str]]:
    """What of a verified query may be asked with another value: `kind`, `value`, and of texts the `column`."""
    pattern = template(question, sql, dialect)
    if not pattern.is_reusable:
        return []
    slots = sorted([*pattern.texts, *pattern.others.values()], key=lambda slot: slot.place)
    return [
        {"kind": slot.kind, "value": slot.value, **({"column": f"{slot.table}.{slot.column}"} if slot.column else {})}
        for slot in slots
    ]


def _reused(question: str, verified: Verified, values: tuple[StoredValue, ...]) -> Reused | None:
    pattern = template(verified.question, verified.sql, verified.dialect)
    if not pattern.is_reusable:
        return None
    for text, chosen in islice(_choices(question, pattern.texts, values), MAX_CHOICES):
        given = _same(reading(text), pattern)
        if given is None:
            continue
        wanted = [*zip(pattern.texts, chosen, strict=True), *given]
        changed = [(slot, value) for slot, value in wanted if slot.value != value]
        sql = _substituted(pattern, changed)
        if sql is not None:
            return Reused(verified=verified, sql=sql, changed=tuple((slot.value, value) for slot, value in changed))
    return None


def _choices(
    question: str, slots: tuple[Slot, ...], values: tuple[StoredValue, ...]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The question with marks for its text parameters, and the values that stood there."""
    for chosen in product(*(_candidates(question, slot, values) for slot in slots)):
        text = question
        for number, value in enumerate(chosen):
            spans = spans_of(value, text)
            if len(spans) != 1 or spans[0][2] != slots[number].is_quoted:
                break
            text = text[: spans[0][0]] + SLOT.format(number) + text[spans[0][1] :]
        else:
            yield text, chosen


def _candidates(question: str, slot: Slot, values: tuple[StoredValue, ...]) -> list[str]:
    """Longest first; the verified value counts in any case, another one only as it is stored."""
    known = {
        value.text
        for value in values
        if (value.table.casefold(), value.column.casefold()) == (slot.table.casefold(), slot.column.casefold())
        and value.text.casefold() not in NEVER_A_VALUE
    }
    found = [value for value in {*known, slot.value} if spans_of(value, question)]
    return sorted(found, key=lambda value: (-len(value), value != slot.value, value))


def _same(asked: Reading, pattern: Template) -> list[tuple[Slot, str]] | None:
    """The values of numbers and dates, if all the rest agrees."""
    expected = pattern.reading.tokens
    if len(asked.tokens) != len(expected) or not asked.stands_alone:
        return None
    number_matters = pattern.has_fixed_limit or any(token.text == COUNT for token in expected)
    given: list[tuple[Slot, str]] = []
    for place, (token, other) in enumerate(zip(asked.tokens, expected, strict=True)):
        slot = pattern.others.get(place)
        if slot is not None:
            value = _value(token, slot)
            if value is None:
                return None
            given.append((slot, value))
        elif (token.kind, token.text) != (other.kind, other.text):
            return None
        elif number_matters and token.is_plural != other.is_plural:
            # "Which student is the oldest" gives one row, "which students are" may give more.
            return None
    return given


def _value(token: Token, slot: Slot) -> str | None:
    """What the question puts in the place of a number or date; None where it is of another sort."""
    if slot.kind == "date":
        return token.text if token.kind == "date" and _is_date(token.text) else None
    if token.kind != "number" or token.text.startswith("-"):
        return None
    if token.text == number_text(slot.value):
        return slot.value
    if slot.kind == "limit":
        return token.text if token.text.isdigit() and 0 < int(token.text) <= MAX_LIMIT else None
    return token.text if year_like(token.text) or not year_like(slot.value) else None


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _substituted(pattern: Template, changed: list[tuple[Slot, str]]) -> str | None:
    """The statement with the new values; as it was written where none is new. None where a range is upside down."""
    if not changed:
        return pattern.sql
    tree = sqlglot.parse_one(pattern.sql, dialect=pattern.dialect)
    found = literals(tree)
    for slot, value in changed:
        found[slot.place].set("this", value)
    if any(_is_upside_down(between) for between in tree.find_all(exp.Between)):
        return None
    return tree.sql(dialect=pattern.dialect)


def _is_upside_down(between: exp.Between) -> bool:
    low, high = between.args["low"], between.args["high"]
    if not isinstance(low, exp.Literal) or not isinstance(high, exp.Literal):
        return False
    if low.is_string or high.is_string:
        return str(low.this) > str(high.this)
    return float(str(low.this)) > float(str(high.this))
