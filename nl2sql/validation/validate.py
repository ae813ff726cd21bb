"""The guard: hostile text in, the one text that may run or the reasons why none may.

The passes run in order, each on what the one before it let through; then the rendered text goes through all of them
again, until nothing changes. What runs is therefore text that was read, understood, printed and read again.
"""

from sqlglot import exp

from nl2sql.validation.bounds import bounds
from nl2sql.validation.cast_types import cast_types
from nl2sql.validation.cross_joins import cross_joins
from nl2sql.validation.functions import functions
from nl2sql.validation.growth import growth
from nl2sql.validation.identifiers import identifiers
from nl2sql.validation.lexical import lexical
from nl2sql.validation.limit import limit
from nl2sql.validation.names import missed, names
from nl2sql.validation.nodes import nodes
from nl2sql.validation.normalise import normalise
from nl2sql.validation.parse import parse
from nl2sql.validation.patterns import patterns
from nl2sql.validation.recursion import recursion
from nl2sql.validation.render import render
from nl2sql.validation.verdict import Accepted, Rejected, Violation
from schema_index.schema import DatabaseSchema, Dialect

_ROUNDS = 4
"""Rendering settles in one round, two for the few forms that sqlglot prints under another name; then it is read once
more."""

Read = tuple[exp.Query, Accepted]
"""The resolved tree of a text that passed, and what it is printed as."""


def validate(sql: str, *, schema: DatabaseSchema, row_limit: int) -> Accepted | Rejected:
    """Judge `sql` against `schema`, which holds only what the caller may see. Never raises, whatever the text."""
    try:
        seen = settled(sql, schema=schema, row_limit=row_limit)
    except RecursionError:
        return TOO_DEEP
    return seen if isinstance(seen, Rejected) else seen[1]


TOO_DEEP = Rejected(
    violations=(
        Violation(
            code="too_deep", message="The statement is nested too deeply.", hint="Split it with WITH, or shorten it."
        ),
    )
)


def settled(sql: str, *, schema: DatabaseSchema, row_limit: int) -> Read | Rejected:
    """The text that is printed as it was read. Raises RecursionError."""
    for _ in range(_ROUNDS):
        seen = read(sql, schema=schema, row_limit=row_limit)
        if isinstance(seen, Rejected) or seen[1].sql == sql:
            return seen
        sql = seen[1].sql
    finding = Violation(
        code="unstable", message="The statement reads differently when it is printed.", hint="Write it more plainly."
    )
    return Rejected(violations=(finding,))


def read(sql: str, *, schema: DatabaseSchema, row_limit: int) -> Read | Rejected:
    """`sql` through every pass, once. Raises RecursionError."""
    dialect = schema.dialect
    if found := lexical(sql, dialect=dialect):
        return Rejected(violations=found)
    parsed = parse(sql, dialect=dialect)
    if isinstance(parsed, Violation):
        return Rejected(violations=(parsed,))
    tree = normalise(parsed, dialect=dialect)
    written = list(tree.walk())
    if found := _syntax(written, dialect) or (*identifiers(written, dialect=dialect), *bounds(tree)):
        return Rejected(violations=found)
    context = names(tree, schema=schema)
    if found := tuple(context.findings) or _effects(tree, dialect, row_limit):
        return Rejected(violations=found)
    text = render(tree, dialect=dialect)
    if isinstance(text, Violation):
        return Rejected(violations=(text,))
    return tree, Accepted(
        sql=text,
        dialect=dialect,
        tables=tuple(sorted(context.tables)),
        columns=tuple(sorted(context.columns)),
        row_limit=row_limit,
    )


def _syntax(written: list[exp.Expr], dialect: Dialect) -> tuple[Violation, ...]:
    return (
        *nodes(written, dialect=dialect),
        *functions(written, dialect=dialect),
        *cast_types(written),
    )


def _effects(tree: exp.Query, dialect: Dialect, row_limit: int) -> tuple[Violation, ...]:
    """What a resolved tree could make the engine do, and give."""
    resolved = list(tree.walk())
    found = (
        *growth(resolved),
        *patterns(resolved),
        *recursion(resolved, dialect=dialect),
        *cross_joins(resolved),
        *limit(tree, resolved, row_limit=row_limit),
    )
    return found or missed(resolved)
