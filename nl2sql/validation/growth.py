"""Functions whose result can be far larger than their arguments: capped where the size stands in the text.

A deadline does not help against one call that allocates a gigabyte (PostgreSQL ran 7.8 s past a timeout of 1.5 s inside
such a function, DuckDB ignored interrupts), so sizes must be constants below a cap.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from sqlglot import exp

from nl2sql.dialects.function_traits import BUILDING, COLLECTING, ENCODERS, MOST, REPLACING, SERIES, SIZES, TEMPLATES
from nl2sql.validation.constant import day, number, span_days
from nl2sql.validation.verdict import Violation

MAX_SIZE = 1_000
"""Characters one padding or repeating call may ask for."""
MAX_SERIES = 10_000
"""Rows of one generated series: 27 years of days, or a year of hours."""
MAX_SERIES_PRODUCT = 100_000
MAX_COLLECTED_SERIES = 4_000
"""Rows of all series together when the statement collects rows into one value."""
MIN_OPEN_STEP_DAYS = 1 / 24
"""A series between dates of the data may step by an hour or more."""
MAX_TEMPLATE = 200

_MUST_BE_CONSTANT = frozenset({*SIZES, "factorial"})
_GROWING = frozenset({*SIZES, *SERIES, "string_agg", "group_concat", "format", "printf"})
MAX_RATIO = 100
OPEN_RATIO = 10
"""What a replacement taken from data is reckoned to lengthen by."""
MAX_FACTOR = 10_000
"""Product of how often each concatenation uses one column: 13 doublings."""
MAX_ENCODERS = 8


def growth(nodes: Sequence[exp.Expr]) -> tuple[Violation, ...]:
    """Calls that could grow beyond their caps; `nodes` are a tree's, its root first."""
    found: list[Violation] = []
    product, collects = 1.0, False
    last: exp.Expr | None = None
    for node in nodes:
        collects = collects or isinstance(node, exp.GroupConcat)
        if isinstance(node, exp.Pow):
            found.extend(_number(node, "power", node.expression, 1_000, constant=False))
        if not isinstance(node, exp.Anonymous):
            continue
        name = node.name.lower()
        collects = collects or name in COLLECTING
        found.extend(_call(node, name))
        if name in SERIES:
            rows = _rows(node)
            product, last = product * max(rows or 1, 1), node
            if rows is None or rows > MAX_SERIES:
                found.append(_too_many(node))
    most = MAX_COLLECTED_SERIES if collects else MAX_SERIES_PRODUCT
    if last is not None and product > most and not found:
        found.append(_too_many(last))
    return (*found, *_multiplied(nodes))


def _too_many(node: exp.Expr) -> Violation:
    return Violation.at(
        node,
        code="series_too_long",
        message=f"A generated series could give more than {MAX_SERIES:,} rows, or its length is not plain.",
        hint="Use constant ends, a larger step, or dates of the data with a step of an hour or more.",
    )


def _call(node: exp.Anonymous, name: str) -> Iterator[Violation]:
    arguments = node.expressions
    if name in SIZES and len(arguments) > SIZES[name]:
        yield from _number(node, name, arguments[SIZES[name]], MAX_SIZE, constant=True)
        if any(inner is not node and inner.name.lower() in _GROWING for inner in node.find_all(exp.Anonymous)):
            yield _refused(node, name, "may not be fed by another call that grows")
    if name in MOST and len(arguments) > MOST[name][0]:
        position, most = MOST[name]
        yield from _number(node, name, arguments[position], most, constant=name in _MUST_BE_CONSTANT)
    if name in TEMPLATES and len(arguments) > TEMPLATES[name]:
        yield from _template(node, name, arguments[TEMPLATES[name]])
    if name in REPLACING and _ratio(node) > MAX_RATIO:
        yield _refused(node, name, "could make its text far longer")


def _number(node: exp.Expr, name: str, argument: exp.Expr, most: float, *, constant: bool) -> Iterator[Violation]:
    value = number(argument)
    if value is None and isinstance(argument, exp.Anonymous) and argument.name.lower() in {"least", "min"}:
        bounded = [found for part in argument.expressions if (found := number(part)) is not None]
        value = min(bounded) if bounded and len(argument.expressions) > 1 else None
    if (value is None and (constant or _large_literal(argument, most))) or (value is not None and abs(value) > most):
        yield _refused(node, name, f"needs a plain number up to {most:,.0f} there")


def _large_literal(argument: exp.Expr, most: float) -> bool:
    return any((value := number(part)) is not None and value > most for part in argument.find_all(exp.Literal))


def _refused(node: exp.Expr, name: str, why: str) -> Violation:
    return Violation.at(
        node,
        code="growth",
        message=f"The call of {name} {why}.",
        hint="Use a small constant, or least(…, 100).",
    )


def _template(node: exp.Anonymous, name: str, argument: exp.Expr) -> Iterator[Violation]:
    """A format's template is text in the statement, and no directive in it is wider than a screen."""
    is_number = number(argument) is not None or isinstance(argument, exp.Literal)
    if name == "format" and not is_number and len(node.expressions) == 2 and number(node.expressions[1]) is not None:
        return
    literals = [part for part in argument.find_all(exp.Literal) if part.is_string]
    plain = isinstance(argument, exp.Literal | exp.Case) or name in {"strftime", "date_format"}
    if not plain or sum(len(part.this) for part in literals) > MAX_TEMPLATE:
        yield _refused(node, name, "needs a short template written out in the statement")
        return
    for part in literals:
        directives = re.findall(r"%[^a-zA-Z%]*|\{[^}]*\}", part.this)
        widths = [int(width) for text in directives for width in re.findall(r"\d+", text)]
        if any("*" in text for text in directives) or max(widths, default=0) > MAX_TEMPLATE:
            yield _refused(node, name, "has a directive that is too wide")


def _ratio(node: exp.Anonymous) -> float:
    """By how much nested replacements, `node` outermost, can lengthen their innermost text at most."""
    ratio, current = 1.0, node
    while True:
        arguments = current.expressions
        if len(arguments) >= 3:
            ratio *= max(1.0, _lengthens(arguments[1], arguments[2]))
        inner = arguments[0] if arguments else None
        while isinstance(inner, exp.Paren | exp.Cast):
            inner = inner.this
        if not isinstance(inner, exp.Anonymous) or inner.name.lower() not in REPLACING:
            return ratio
        current = inner


def _lengthens(old: exp.Expr, new: exp.Expr) -> float:
    if not isinstance(new, exp.Literal):
        return OPEN_RATIO
    return len(new.this) / max(1, len(old.this) if isinstance(old, exp.Literal) else 1)


def _multiplied(nodes: Sequence[exp.Expr]) -> tuple[Violation, ...]:
    """Texts, lists and documents built from one column twice, or encoded, again and again along a chain of CTEs."""
    factor, encoders = 1.0, 0
    for node in nodes:
        if isinstance(node, exp.Anonymous):
            encoders += node.name.lower() in ENCODERS
            if node.name.lower() not in BUILDING:
                continue
        elif isinstance(node, exp.DPipe):
            if isinstance(node.parent, exp.DPipe):
                continue
        elif not isinstance(node, exp.Array | exp.Struct):
            continue
        uses = Counter((column.table, column.name) for column in node.find_all(exp.Column))
        factor *= max(uses.values(), default=1)
    if factor <= MAX_FACTOR and encoders <= MAX_ENCODERS:
        return ()
    return (_refused(nodes[0], "concatenation" if factor > MAX_FACTOR else "an encoder", "repeats too often"),)


def _rows(node: exp.Anonymous) -> float | None:
    """Rows of a series: computed from constants, 1 when its ends come from data, None when nothing bounds it."""
    arguments = node.expressions
    if not 1 <= len(arguments) <= 3:
        return None
    start, stop = (None, arguments[0]) if len(arguments) == 1 else (arguments[0], arguments[1])
    step = arguments[2] if len(arguments) == 3 else None
    low, high = (0.0 if start is None else number(start)), number(stop)
    if low is not None and high is not None and (step is None or number(step) is not None):
        width = 1.0 if step is None else number(step)
        return None if not width else abs(high - low) / abs(width) + 1
    first, last = day(start), day(stop)
    width = 1.0 if step is None else span_days(step)
    if first is not None and last is not None:
        return None if not width else abs(last - first) / abs(width) + 1
    ends = [part for part in (start, stop) if part is not None]
    return 1.0 if all(_from_data(part) for part in ends) and _open_step(step) else None


def _open_step(step: exp.Expr | None) -> bool:
    if step is None:
        return True
    span = span_days(step)
    if span is not None:
        return abs(span) >= MIN_OPEN_STEP_DAYS
    return (number(step) or 0) != 0


def _from_data(end: exp.Expr) -> bool:
    """Whether an end is no constant beyond the cap: data, or the clock, shifted by no more than a century."""
    if any((value := number(part)) is not None and abs(value) > MAX_SERIES for part in end.find_all(exp.Literal)):
        return False
    if any(abs(span_days(part) or 0) > 36_525 for part in end.find_all(exp.Interval)):
        return False
    return number(end) is not None or day(end) is not None or bool(end.find(exp.Column, exp.Query))
