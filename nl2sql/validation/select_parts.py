"""What one SELECT is put together from, for rules that look at its relations and conditions."""

from collections.abc import Iterator

from sqlglot import exp


def opened(select: exp.Expr) -> tuple[list[exp.Expr], list[exp.Expr]]:
    """The relations of FROM in order, and what they are joined on. Joins in parentheses are opened, queries not."""
    relations: list[exp.Expr] = []
    conditions: list[exp.Expr] = []
    clause = select.args.get("from_")
    pending = [] if clause is None else [clause.this, *(select.args.get("joins") or ())]
    while pending:
        part = pending.pop(0)
        if isinstance(part, exp.Join):
            conditions += [part.args["on"]] if part.args.get("on") is not None else []
            part = part.this
        if isinstance(part, exp.Subquery) and isinstance(part.this, exp.Table):
            part = part.this
        if isinstance(part, exp.Table):
            pending[:0] = part.args.get("joins") or ()
        relations.append(part)
    return relations, conditions


def conjuncts(condition: exp.Expr | None) -> Iterator[exp.Expr]:
    """The parts of a condition, or of a clause that holds one, that must all be true."""
    pending = [] if condition is None else [condition]
    while pending:
        part = pending.pop()
        if isinstance(part, exp.Paren | exp.Where | exp.Having):
            pending.append(part.this)
        elif isinstance(part, exp.And):
            pending += [part.expression, part.this]
        else:
            yield part
