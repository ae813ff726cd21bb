"""A recursive CTE must say when it ends: a counter or date below a constant, or a walk along a stored table."""

from collections.abc import Iterable, Iterator, Mapping

from sqlglot import exp

from nl2sql.dialects.facts import DialectFacts
from nl2sql.dialects.registry import facts_of
from nl2sql.validation.constant import day, number
from nl2sql.validation.select_parts import conjuncts
from nl2sql.validation.verdict import Violation
from schema_index.schema import Dialect

MAX_ROUNDS = 10_000

_NO_LARGER = frozenset({"least", "greatest", "coalesce", "nullif", "round", "abs", "date", "datetime", "date_add"})

_AGGREGATES = frozenset({"min", "max", "count", "sum", "avg"})


def recursion(nodes: Iterable[exp.Expr], *, dialect: Dialect) -> tuple[Violation, ...]:
    """Recursive CTEs of a resolved tree that nothing visible bounds."""
    facts = facts_of(dialect)
    found: list[Violation] = []
    for clause in (node for node in nodes if isinstance(node, exp.With)):
        for cte in clause.expressions:
            if clause.args.get("recursive") or facts.with_may_recurse:
                found.extend(_cte(cte, facts))
    return tuple(found)


def _cte(cte: exp.CTE, facts: DialectFacts) -> Iterator[Violation]:
    body = cte.this
    if not isinstance(body, exp.SetOperation):
        return
    arm = body.expression
    references = [
        table.alias_or_name for table in arm.find_all(exp.Table) if not table.args.get("db") and table.name == cte.alias
    ]
    if not references:
        return
    if len(references) > 1 or not isinstance(arm, exp.Select):
        yield _refused(cte, "refers to itself more than once")
        return
    (name,) = references
    limited = facts.limit_ends_recursion and _limited(body)
    counts = _counter_bound(arm, name, _outputs(cte)) and not _multiplies(cte, name)
    if not (limited or counts or _walks(arm, name)):
        yield _refused(cte, "has no end that can be seen")
    elif any(_doubles(output, name) for output in arm.expressions):
        yield _refused(cte, "doubles a value every round")


def _limited(body: exp.SetOperation) -> bool:
    """SQLite ends a recursion once its LIMIT is met, OFFSET rows included, which are computed too.

    https://www.sqlite.org/lang_with.html
    """
    limit = body.args.get("limit")
    rows = number(limit.expression) if isinstance(limit, exp.Limit) else None
    return rows is not None and rows <= MAX_ROUNDS and not body.args.get("offset")


def _refused(cte: exp.CTE, why: str) -> Violation:
    return Violation.at(
        cte,
        code="unbounded_recursion",
        message=f"The recursive CTE {cte.alias[:64]!r} {why}.",
        hint=f"Add WHERE counter < a constant (up to {MAX_ROUNDS:,}) to its recursive part.",
    )


def _conditions(arm: exp.Select) -> Iterator[exp.Expr]:
    for condition in (arm.args.get("where"), *(join.args.get("on") for join in arm.args.get("joins") or ())):
        yield from conjuncts(condition)


def _outputs(cte: exp.CTE) -> dict[str, exp.Expr]:
    """What the recursive part gives for each column of the CTE, by the column's name."""
    arm = cte.this.expression
    named = [column.name for column in cte.args["alias"].columns]
    first = cte.this.this
    while isinstance(first, exp.SetOperation | exp.Subquery):
        first = first.this
    names = named + [item.alias_or_name for item in first.expressions[len(named) :]]
    return dict(zip(names, arm.expressions, strict=False))


def _multiplies(cte: exp.CTE, name: str) -> bool:
    """Whether a round gives several rows for one: another relation of many rows that no equality ties to it."""
    arm = cte.this.expression
    before = {other.alias: other.this for other in cte.parent.expressions} if isinstance(cte.parent, exp.With) else {}
    items = [arm.args["from_"].this, *(join.this for join in arm.args.get("joins") or ())]
    others = [item for item in items if item.alias_or_name != name]
    return any(not _is_one_row(item, before) for item in others) and not _walks(arm, name)


def _is_one_row(item: exp.Expr, before: Mapping[str, exp.Expr]) -> bool:
    """A derived table or earlier CTE that selects aggregates without GROUP BY, or constants."""
    query = item.this if isinstance(item, exp.Subquery) else None if item.args.get("db") else before.get(item.name)
    if not isinstance(query, exp.Select) or query.args.get("group"):
        return False
    calls = query.find_all(exp.Anonymous)
    return query.args.get("from_") is None or any(
        call.name.lower() in _AGGREGATES and call.parent_select is query and not isinstance(call.parent, exp.Window)
        for call in calls
    )


def _advances(counter: exp.Expr, name: str, outputs: Mapping[str, exp.Expr], *, upwards: bool) -> bool:
    """Whether the next round's counter is another value, on the side of the bound that ends it."""
    for column in counter.find_all(exp.Column):
        given = outputs.get(column.name)
        given = given.this if isinstance(given, exp.Alias) else given
        while isinstance(given, exp.Paren | exp.Cast):
            given = given.this
        if given is None or isinstance(given, exp.Column) or not _of(given, name):
            continue
        if isinstance(given, exp.Add | exp.Sub):
            step = number(given.expression) if _of(given.this, name) else number(given.this)
            rises = (step is None or step > 0) == isinstance(given, exp.Add)
            if step == 0 or rises != upwards:
                continue
        return True
    return False


def _counter_bound(arm: exp.Select, name: str, outputs: Mapping[str, exp.Expr]) -> bool:
    """`n < 100`, `100 > n`, `n + 1 <= 100`, `d < '2024-12-31'`, `n BETWEEN …`, or below a value of the data."""
    for part in _conditions(arm):
        if isinstance(part, exp.LT | exp.LTE):
            counter, bound = part.this, part.expression
        elif isinstance(part, exp.GT | exp.GTE):
            counter, bound = part.expression, part.this
            falls = _advances(part.this, name, outputs, upwards=False)
            if _of(part.this, name) and _small(part.expression) and falls:
                return True
        elif isinstance(part, exp.Between):
            counter, bound = part.this, part.args["high"]
        else:
            continue
        bounded = _of(counter, name) and not _of(bound, name) and _small(bound)
        if bounded and _advances(counter, name, outputs, upwards=True):
            return True
    return False


def _of(node: exp.Expr, name: str) -> bool:
    return any(column.table == name for column in node.find_all(exp.Column))


def _small(bound: exp.Expr) -> bool:
    value = number(bound)
    if value is not None:
        return abs(value) <= MAX_ROUNDS
    if day(bound) is not None or isinstance(bound, exp.Literal):
        return True
    return bound.find(exp.Column, exp.Query) is not None


def _walks(arm: exp.Select, name: str) -> bool:
    """Whether the arm joins another relation to the recursive one by equality: one step along a hierarchy."""
    return any(
        isinstance(part, exp.EQ) and {_side(part.this, name), _side(part.expression, name)} == {"self", "other"}
        for part in _conditions(arm)
    )


def _side(node: exp.Expr, name: str) -> str:
    columns = list(node.find_all(exp.Column))
    if not columns:
        return "constant"
    return "self" if all(column.table == name for column in columns) else "other"


def _doubles(output: exp.Expr, name: str) -> bool:
    """Whether one text-building call or concatenation takes the recursive relation's values twice."""
    for node in output.find_all(exp.Anonymous, exp.DPipe, exp.Array, exp.Struct):
        if isinstance(node, exp.Anonymous) and node.name.lower() in _NO_LARGER:
            continue
        if sum(column.table == name for column in node.find_all(exp.Column)) > 1:
            return True
    return False
