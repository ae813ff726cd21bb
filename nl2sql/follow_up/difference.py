"""What changed from one statement to the next, in plain words, read off their trees. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlglot import exp

from nl2sql.trust.filters_in_words import conditions_in_words, in_words
from nl2sql.trust.statement import Block, Statement

MAX_DIFFERENCES = 20
MAX_CHARACTERS = 300
SAME = "nothing: it is the same statement"
OTHERWISE = "written differently, over the same tables, columns, filters, grouping, order and limit"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parts:
    """The outermost query in words. A set operation has no columns, grouping or order of its own here."""

    tables: tuple[str, ...]
    filters: tuple[tuple[str, str], ...]
    columns: tuple[tuple[str, str], ...] = ()
    groups: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    distinct: bool = False
    limit: int | None = None
    offset: int = 0


def difference(before: Statement, after: Statement, *, row_limit: int) -> tuple[str, ...]:
    """At least one entry. `row_limit` is the guard's: the LIMIT that it adds is nobody's change."""
    if before.tree == after.tree:
        return (SAME,)
    old, new = _parts(before, row_limit), _parts(after, row_limit)
    found = [
        *(f"table added: {name}" for name in new.tables if name not in old.tables),
        *(f"table removed: {name}" for name in old.tables if name not in new.tables),
        *_filters(old.filters, new.filters),
        *_columns(old.columns, new.columns),
        *_listed("grouping", "grouped by", old.groups, new.groups),
        *_listed("order", "ordered by", old.orders, new.orders),
        *_distinct(old, new),
        *_limit(old, new),
    ]
    words = tuple(dict.fromkeys(text[:MAX_CHARACTERS] for text in found))
    return words[:MAX_DIFFERENCES] or (OTHERWISE,)


def _parts(statement: Statement, row_limit: int) -> _Parts:
    tree = statement.tree
    names = {relation.name for block in statement.blocks for relation in block.relations.values() if relation.table}
    tables, filters = tuple(sorted(names)), tuple(conditions_in_words(statement))
    limit = _number(tree, "limit")
    own = None if limit is not None and limit > row_limit else limit
    block = next((one for one in statement.blocks if one.select is tree), None)
    if block is None:
        return _Parts(tables=tables, filters=filters, limit=own, offset=_number(tree, "offset") or 0)
    outputs = [(in_words(one.unalias(), block), one.alias_or_name) for one in block.select.expressions]
    return _Parts(
        tables=tables,
        filters=filters,
        columns=tuple(outputs),
        groups=tuple(_of_clause("group", block, outputs)),
        orders=tuple(_of_clause("order", block, outputs)),
        distinct=bool(tree.args.get("distinct")),
        limit=own,
        offset=_number(tree, "offset") or 0,
    )


def _number(tree: exp.Expr, name: str) -> int | None:
    clause = tree.args.get(name)
    value = clause.expression if isinstance(clause, exp.Limit | exp.Offset) else None
    return int(value.name) if isinstance(value, exp.Literal) and value.name.isdigit() else None


def _of_clause(name: str, block: Block, outputs: Sequence[tuple[str, str]]) -> Iterator[str]:
    """What it groups or orders by; places and names of outputs as what they stand for."""
    clause = block.select.args.get(name)
    by_name = {alias: said for said, alias in outputs if alias}
    for one in clause.expressions if clause is not None else ():
        inner = one.this if isinstance(one, exp.Ordered) else one
        descending = " descending" if isinstance(one, exp.Ordered) and one.args.get("desc") else ""
        if isinstance(inner, exp.Literal) and inner.name.isdigit() and 0 < int(inner.name) <= len(outputs):
            said = outputs[int(inner.name) - 1][0]
        elif isinstance(inner, exp.Column) and not inner.table and inner.name in by_name:
            said = by_name[inner.name]
        else:
            said = in_words(inner, block)
        yield said + descending


def _filters(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> Iterator[str]:
    """One that is gone and one that came, about the same column, are a change."""
    gone, came = _without(old, new), _without(new, old)
    for subject, text in gone:
        place = next((at for at, (other, _) in enumerate(came) if subject and other == subject), None)
        if place is None:
            yield f"filter removed: {text}"
        else:
            yield f"filter changed: {text}, now {came.pop(place)[1]}"
    yield from (f"filter added: {text}" for _, text in came)


def _without(some: Sequence[tuple[str, str]], others: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of `some` what `others` does not hold, each as often as it comes."""
    left = Counter(some) - Counter(others)
    found = []
    for one in some:
        if left[one] > 0:
            left[one] -= 1
            found.append(one)
    return found


def _columns(old: Sequence[tuple[str, str]], new: Sequence[tuple[str, str]]) -> Iterator[str]:
    before, after = [said for said, _ in old], [said for said, _ in new]
    yield from (f"column added: {said}" for said in after if said not in before)
    yield from (f"column removed: {said}" for said in before if said not in after)
    if before != after and Counter(before) == Counter(after):
        yield f"columns in another order: {', '.join(after)}"
    names = dict(old)
    for said, name in new:
        if said in names and names[said] != name and name:
            yield f"column renamed: {said} is now called {name}"


def _listed(what: str, how: str, old: Sequence[str], new: Sequence[str]) -> Iterator[str]:
    if old == new:
        return
    if not old or not new:
        yield f"{how} {', '.join(new)}" if new else f"no longer {how} {', '.join(old)}"
    else:
        yield f"{what} changed: {how} {', '.join(new)} instead of {', '.join(old)}"


def _distinct(old: _Parts, new: _Parts) -> Iterator[str]:
    if old.distinct != new.distinct:
        yield "each row only once" if new.distinct else "equal rows are no longer left out"


def _limit(old: _Parts, new: _Parts) -> Iterator[str]:
    if old.limit != new.limit:
        was = "" if old.limit is None else f" instead of {old.limit}"
        yield f"no longer limited to {old.limit} rows" if new.limit is None else f"limited to {new.limit} rows{was}"
    if old.offset != new.offset:
        yield f"the first {new.offset} rows are skipped" if new.offset else "the first rows are no longer skipped"
