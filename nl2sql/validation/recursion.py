"""A recursive CTE must say when it ends: a counter or date below a constant, or a walk along a stored table."""

from collections.abc import Iterator

from sqlglot import exp

from nl2sql.validation.constant import day, number
from nl2sql.validation.place import place
from nl2sql.validation.verdict import Violation
from schema_index.schema import Dialect

MAX_ROUNDS = 10_000

_NO_LARGER = frozenset({"least", "greatest", "coalesce", "nullif", "round", "abs", "date", "datetime", "date_add"})


def recursion(tree: exp.Query, *, dialect: Dialect) -> tuple[Violation, ...]:
    """Recursive CTEs of a resolved tree that nothing visible bounds."""
    found: list[Violation] = []
    for clause in tree.find_all(exp.With):
        for cte in clause.expressions:
            if clause.args.get("recursive") or dialect == "sqlite":
                found.extend(_cte(cte))
    return tuple(found)


def _cte(cte: exp.CTE) -> Iterator[Violation]:
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
    if not (_counter_bound(arm, name) or _walks(arm, name)):
        yield _refused(cte, "has no end that can be seen")
    elif any(_doubles(output, name) for output in arm.expressions):
        yield _refused(cte, "doubles a value every round")


def _refused(cte: exp.CTE, why: str) -> Violation:
    return Violation(
        code="unbounded_recursion",
        message=f"The recursive CTE {cte.alias[:64]!r} {why}.",
        hint=f"Add WHERE counter < a constant (up to {MAX_ROUNDS:,}) to its recursive part.",
        place=place(cte),
    )


def _conjuncts(node: exp.Expr | None) -> Iterator[exp.Expr]:
    pending = [node] if node is not None else []
    while pending:
        part = pending.pop()
        if isinstance(part, exp.And):
            pending += [part.this, part.expression]
        elif isinstance(part, exp.Paren | exp.Where):
            pending.append(part.this)
        else:
            yield part


def _conditions(arm: exp.Select) -> Iterator[exp.Expr]:
    yield from _conjuncts(arm.args.get("where"))
    for join in arm.args.get("joins") or []:
        yield from _conjuncts(join.args.get("on"))


def _counter_bound(arm: exp.Select, name: str) -> bool:
    """`n < 100`, `100 > n`, `n + 1 <= 100`, `d < '2024-12-31'`, `n BETWEEN …`, or below a value of the data."""
    for part in _conditions(arm):
        if isinstance(part, exp.LT | exp.LTE):
            counter, bound = part.this, part.expression
        elif isinstance(part, exp.GT | exp.GTE):
            counter, bound = part.expression, part.this
            if _of(part.this, name) and _small(part.expression):
                return True
        elif isinstance(part, exp.Between):
            counter, bound = part.this, part.args["high"]
        else:
            continue
        if _of(counter, name) and not _of(bound, name) and _small(bound):
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
