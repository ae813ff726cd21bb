"""Made from one question by rule: near misses, which ask something else, and paraphrases, which do not. Pure."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMiss:
    """`sql` is what would answer it, where a change of one literal gives that; empty where no statement is known."""

    kind: str
    question: str
    sql: str = ""


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Of "a: b, c: d"."""
    pairs = (one.partition(":") for one in text.split(","))
    return tuple((before.strip(), after.strip()) for before, _, after in pairs)


OPPOSITES = _pairs(
    """
    more than: fewer than, less than: more than, greater than: less than, at least: at most, older than: younger than,
    before: after, after: before, above: below, below: above, most: fewest, least: most, highest: lowest,
    lowest: highest, oldest: youngest, largest: smallest, smallest: largest, earliest: latest, ascending: descending,
    descending: ascending, alphabetical: reverse alphabetical, and: or, or: and, with: without, each: every other,
    different: repeated, first: last, youngest: oldest
    """
)
AGGREGATES = _pairs(
    """
    average: total, total: average, maximum: minimum, minimum: maximum, sum: average,
    how many: what is the average number of, number of: share of, mean: median
    """
)
UNITS = _pairs(
    """
    year: month, years: months, month: week, months: weeks, day: hour, days: hours, km: miles, miles: km,
    dollars: euros, usd: eur, minutes: seconds, weeks: days, week: day, quarter: month, percentage: number,
    million: thousand
    """
)
COLUMNS = _pairs(
    """
    name: id, names: ids, title: description, titles: descriptions, age: height, city: country, cities: countries,
    country: city, countries: cities, id: name, ids: names, first name: last name, last name: first name, price: cost,
    type: status, date: time, address: phone number, email: address, code: name, year: date
    """
)
NEGATED = _pairs(
    """
    have: do not have, has: does not have, is: is not, are: are not, were: were not, was: was not, that: that never,
    who: who never, in: not in, from: not from
    """
)
COMMANDS = ("What are", "Show", "List", "Give me", "Find", "Please show me", "Can you tell me")
_LEAD = re.compile(
    r"^(?:what (?:is|are)|show(?: me)?|list(?: out)?|give(?: me)?|find|return|tell me|which)\s+(?!price)", re.IGNORECASE
)
_NUMBER = re.compile(r"(?<![\w.,'-])\d+(?:\.\d+)?(?![\w.,%/'-]*\w)")
_LITERAL = re.compile(r"'((?:[^']|'')+)'")
OTHER_ENTITY = "Zanzibarine"


def near_misses(question: str, *, sql: str, others: Iterable[str] = ()) -> Iterator[NearMiss]:
    """`others` are values of the same database, that take the place of the one a question names."""
    yield from _numbers(question, sql)
    yield from _entities(question, sql, kind="unknown value", value=OTHER_ENTITY)
    for other in others:
        yield from _entities(question, sql, kind="other value", value=other)
    for kind, pairs in (("opposite", OPPOSITES), ("aggregate", AGGREGATES), ("unit", UNITS), ("column", COLUMNS)):
        yield from (NearMiss(kind=kind, question=one) for one in _exchanged(question, pairs))
    yield from (NearMiss(kind="negation", question=one) for one in _exchanged(question, NEGATED))
    yield NearMiss(kind="span", question=f"{question.rstrip(' ?.')} in the last year?")
    yield NearMiss(kind="condition", question=f"{question.rstrip(' ?.')} except for the first two?")


def paraphrases(question: str) -> Iterator[tuple[str, str]]:
    """(kind, question)."""
    bare = question.rstrip(" ?.!")
    yield "punctuation", bare.lower() if not re.search(r"[A-Z]", question[1:]) else bare
    yield "courtesy", f"Please {question[0].lower()}{question[1:]}"
    lead = _LEAD.match(question)
    if lead and not re.match(r"which", question, re.IGNORECASE):
        rest = bare[lead.end() :]
        for command in COMMANDS:
            if not question.lower().startswith(command.lower()):
                yield "command", f"{command} {rest}."
    without = re.sub(r"(?<=\s)the\s", "", bare)
    if without != bare:
        yield "articles", without
    many = re.match(r"how many (.+?) are there$", bare, re.IGNORECASE)
    if many:
        yield "count", f"What is the number of {many[1]}?"
    phrase = re.match(r"(?P<rest>[^,]+?) (?P<phrase>(?:for each|in|for|since|during) [^,]{3,40})$", bare)
    if phrase and not re.search(
        r"\b(?:that|which|who|whose|with|having|order|sort)", phrase["rest"] + phrase["phrase"]
    ):
        rest = phrase["rest"]
        yield "order", f"{phrase['phrase'].capitalize()}, {rest[0].lower()}{rest[1:]}?"
    plural = re.search(r"\b(?:of|all) (?:the |all )?([a-z]{3,}[^s\W])s\b", bare)
    if plural and not re.search(r"\b(?:most|least|\w+est|top|number of|how many|not|first|last)\b", bare):
        yield "plural", bare[: plural.end() - 1] + bare[plural.end() :]


def _numbers(question: str, sql: str) -> Iterator[NearMiss]:
    for match in _NUMBER.finditer(question):
        value = match.group()
        changed = str(int(value) + 1) if value.isdigit() else f"{float(value) + 1:g}"
        asked = question[: match.start()] + changed + question[match.end() :]
        where = list(re.finditer(rf"(?<![\w.]){re.escape(value)}(?![\w.])", sql))
        expected = sql[: where[0].start()] + changed + sql[where[0].end() :] if len(where) == 1 else ""
        yield NearMiss(kind="year" if re.fullmatch(r"(?:19|20)\d\d", value) else "number", question=asked, sql=expected)


def _entities(question: str, sql: str, *, kind: str, value: str) -> Iterator[NearMiss]:
    written = value.replace("'", "''")
    for literal in {match.group(1).replace("''", "'") for match in _LITERAL.finditer(sql)}:
        found = list(re.finditer(rf"(?<!\w){re.escape(literal)}(?!\w)", question, re.IGNORECASE))
        if len(found) != 1 or len(literal) < 2 or literal == value or re.fullmatch(r"[\d.]+", literal):
            continue
        start, end = found[0].span()
        asked = question[:start] + value + question[end:]
        quoted = literal.replace("'", "''")
        expected = sql.replace(f"'{quoted}'", f"'{written}'") if sql.count(f"'{quoted}'") == 1 else ""
        yield NearMiss(kind=kind, question=asked, sql=expected)


def _exchanged(question: str, pairs: tuple[tuple[str, str], ...]) -> Iterator[str]:
    """The first place of each, whole words."""
    for before, after in pairs:
        changed, count = re.subn(rf"\b{before}\b", after, question, count=1, flags=re.IGNORECASE)
        if count:
            yield changed
