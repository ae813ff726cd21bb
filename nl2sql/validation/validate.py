"""The guard: hostile text in, the one text that may run or the reasons why none may.

The passes run in order, each on what the one before it let through; then the rendered text goes through all of them
again, until nothing changes. What runs is therefore text that was read, understood, printed and read again.
"""

from dataclasses import dataclass, replace

from sqlglot import exp

from nl2sql.validation.bounds import bounds
from nl2sql.validation.cast_types import cast_types
from nl2sql.validation.cross_joins import cross_joins
from nl2sql.validation.functions import functions
from nl2sql.validation.growth import growth
from nl2sql.validation.identifiers import identifiers
from nl2sql.validation.lexical import lexical
from nl2sql.validation.limit import limit
from nl2sql.validation.names import Names, names
from nl2sql.validation.nodes import nodes
from nl2sql.validation.normalise import normalise
from nl2sql.validation.parse import parse
from nl2sql.validation.patterns import patterns
from nl2sql.validation.recursion import recursion
from nl2sql.validation.render import render
from nl2sql.validation.restrict import restrict
from nl2sql.validation.restrictions import Restrictions
from nl2sql.validation.row_rule import Resolve
from nl2sql.validation.verdict import Accepted, Rejected, Violation
from schema_index.schema import DatabaseSchema, Dialect

_ROUNDS = 3
"""Rendering settles in one round, two for the few forms that sqlglot prints under another name."""

_UNBOUND = "With the policy of this data source put into it, the statement is more than the guard lets through."
_UNBOUND_HINT = "Read fewer tables at once."


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pass:
    sql: str
    tree: exp.Query
    names: Names


def validate(
    sql: str, *, schema: DatabaseSchema, row_limit: int, restrictions: Restrictions | None = None
) -> Accepted | Rejected:
    """Judge `sql` against `schema`, which holds only what the caller may see. Never raises, whatever the text.

    What passes is then bound to `restrictions`, and the bound text goes through the whole guard once more.
    """
    try:
        verdict = _settled(sql, schema, row_limit)
        if restrictions is None or isinstance(verdict, Rejected):
            return verdict
        return _restricted(verdict, schema, restrictions)
    except RecursionError:
        finding = Violation(
            code="too_deep", message="The statement is nested too deeply.", hint="Split it with WITH, or shorten it."
        )
        return Rejected(violations=(finding,))


def _settled(sql: str, schema: DatabaseSchema, row_limit: int) -> Accepted | Rejected:
    before = _once(sql, schema, row_limit)
    for _ in range(_ROUNDS):
        if isinstance(before, tuple):
            return Rejected(violations=before)
        after = _once(before.sql, schema, row_limit)
        if isinstance(after, _Pass) and after.sql == before.sql and after.tree == before.tree:
            return Accepted(
                sql=after.sql,
                dialect=schema.dialect,
                tables=after.names.tables,
                columns=after.names.columns,
                row_limit=row_limit,
            )
        before = after
    finding = Violation(
        code="unstable", message="The statement reads differently when it is printed.", hint="Write it more plainly."
    )
    return Rejected(violations=(finding,))


def _restricted(accepted: Accepted, schema: DatabaseSchema, restrictions: Restrictions) -> Accepted | Rejected:
    if not restrictions.touches(accepted.tables, accepted.columns):
        return accepted
    seen = _once(accepted.sql, schema, accepted.row_limit)
    if isinstance(seen, tuple):
        return Rejected(violations=seen)
    bound = restrict(seen.tree, schema=schema, restrictions=restrictions, resolve=resolver(restrictions.whole))
    if isinstance(bound, tuple):
        return Rejected(violations=bound)
    text = render(bound, dialect=schema.dialect)
    if isinstance(text, Violation):
        return _without_names(Rejected(violations=(text,)))
    verdict = _settled(text, restrictions.whole, accepted.row_limit)
    if isinstance(verdict, Rejected):
        return _without_names(verdict)
    return replace(
        accepted,
        sql=verdict.sql,
        stated=accepted.sql,
        limited_tables=tuple(table for table in accepted.tables if table in restrictions.row_rules),
        limited_columns={
            column: restrictions.limited[column] for column in accepted.columns if column in restrictions.limited
        },
    )


def _without_names(rejected: Rejected) -> Rejected:
    """Why a bound text was refused may name what its reader may not see."""
    return Rejected(violations=(replace(rejected.violations[0], message=_UNBOUND, hint=_UNBOUND_HINT, place=""),))


def resolver(whole: DatabaseSchema) -> Resolve:
    """The guard over a schema as a function from text to resolved tree, for the row rules of a policy."""

    def resolve(sql: str) -> exp.Query | tuple[Violation, ...]:
        seen = _once(sql, whole, 1)
        return seen if isinstance(seen, tuple) else seen.tree

    return resolve


def _once(sql: str, schema: DatabaseSchema, row_limit: int) -> _Pass | tuple[Violation, ...]:
    dialect = schema.dialect
    if found := lexical(sql, dialect=dialect):
        return found
    parsed = parse(sql, dialect=dialect)
    if isinstance(parsed, Violation):
        return (parsed,)
    tree = normalise(parsed, dialect=dialect)
    if found := _syntax(tree, dialect) or (*identifiers(tree, dialect=dialect), *bounds(tree)):
        return found
    resolved = names(tree, schema=schema)
    if found := resolved.violations or (*_size(tree, dialect), *limit(tree, row_limit=row_limit)):
        return found
    text = render(tree, dialect=dialect)
    return (text,) if isinstance(text, Violation) else _Pass(sql=text, tree=tree, names=resolved)


def _syntax(tree: exp.Query, dialect: Dialect) -> tuple[Violation, ...]:
    return (*nodes(tree, dialect=dialect), *functions(tree, dialect=dialect), *cast_types(tree, dialect=dialect))


def _size(tree: exp.Query, dialect: Dialect) -> tuple[Violation, ...]:
    """What a resolved tree could make the engine do."""
    return (*growth(tree), *patterns(tree), *recursion(tree, dialect=dialect), *cross_joins(tree))
