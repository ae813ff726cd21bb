"""GROUP BY, ORDER BY and their kin, where a bare word may be an output name instead of a column.

The rules differ by engine, and a hidden column of the same name would change what the word means. So an output name is
kept only where every engine looks at outputs first (a whole ORDER BY term); elsewhere it is replaced by its position or
its expression.
"""

from collections.abc import Iterator
from dataclasses import replace

from sqlglot import exp

from nl2sql.validation.bind import bind, refuse_unknown
from nl2sql.validation.context import Context
from nl2sql.validation.expressions import Reach, resolve_expression
from nl2sql.validation.projections import output_name
from nl2sql.validation.scope import Outputs

_AGGREGATES = frozenset(
    {"count", "sum", "avg", "min", "max", "string_agg", "array_agg", "group_concat", "list", "median"}
)


def clauses(select: exp.Select, *, reach: Reach) -> None:
    """Resolve all clauses after the select list, whose outputs are resolved already."""
    facts = reach.context.facts
    seeing = replace(reach, aliases=_aliases(select, reach.context)) if facts.aliases_visible_after_where else reach
    later = replace(seeing, prefers_alias=facts.aliases_win_over_columns)
    where = seeing if facts.aliases_visible_in_where else reach
    for clause, inside in (("where", where), ("having", later), ("qualify", later)):
        node = select.args.get(clause)
        if node is not None:
            resolve_expression(node, reach=inside)
    for window in select.args.get("windows") or []:
        resolve_expression(window, reach=reach)
    _group(select, seeing)
    distinct = select.args.get("distinct")
    if distinct is not None and distinct.args.get("on") is not None:
        for term in _flat(distinct.args["on"]):
            _order_term(term, select, later)
    order = select.args.get("order")
    for ordered in order.expressions if order is not None else []:
        _order_term(ordered, select, later)


def _aliases(select: exp.Select, context: Context) -> dict[str, exp.Expr]:
    return {context.key(item.alias): item.this for item in select.expressions if isinstance(item, exp.Alias)}


def _flat(node: exp.Expr) -> Iterator[exp.Expr]:
    """The terms of a list that may be wrapped in tuples, parentheses, ROLLUP, CUBE and GROUPING SETS."""
    if isinstance(node, exp.Tuple | exp.Rollup | exp.Cube | exp.GroupingSets):
        for part in list(node.expressions):
            yield from _flat(part)
    elif isinstance(node, exp.Paren):
        yield from _flat(node.this)
    else:
        yield node


def _group(select: exp.Select, reach: Reach) -> None:
    group = select.args.get("group")
    if group is None:
        return
    positions: set[int] = set()
    others: list[exp.Expr] = []
    lists = ("expressions", "grouping_sets", "cube", "rollup")
    for term in [leaf for name in lists for part in group.args.get(name) or [] for leaf in _flat(part)]:
        position = _group_term(term, select, reach)
        if position:
            positions.add(position)
        else:
            others.append(term)
    for position in positions:
        output = select.expressions[position - 1]
        if any(output.this == other for other in others if isinstance(output, exp.Alias)):
            reach.context.refuse(
                group,
                code="ambiguous_column",
                message=f"{output.alias!r} in GROUP BY could be the output or a column.",
                hint="Group by the column itself, once.",
            )


def _group_term(term: exp.Expr, select: exp.Select, reach: Reach) -> int:
    """Resolve one term. The position of the output it named, when it named one by alias; else 0."""
    context, scope = reach.context, reach.scope
    if not isinstance(term, exp.Column) or term.table or isinstance(term.this, exp.Star):
        resolve_expression(term, reach=reach)
        return 0
    if bind(term, scope=scope, context=context, own_level=True):
        return 0
    wanted = context.key(term.name)
    for position, item in enumerate(select.expressions, start=1):
        if isinstance(item, exp.Alias) and context.key(item.alias) == wanted:
            if _aggregates(item.this):
                context.refuse(
                    term,
                    code="group_by_aggregate",
                    message=f"GROUP BY {term.name!r} would group by an aggregate.",
                    hint="Group by the columns that are not aggregated.",
                )
            term.replace(exp.Literal.number(position))
            return position
    if not bind(term, scope=scope, context=context):
        refuse_unknown(term, scope=scope, context=context)
    return 0


def _aggregates(expression: exp.Expr) -> bool:
    return any(call.name.lower() in _AGGREGATES for call in expression.find_all(exp.Anonymous))


def _order_term(term: exp.Expr, select: exp.Select, reach: Reach) -> None:
    """A whole term that is a bare word is an output first, everywhere; inside an expression it is a column first."""
    context = reach.context
    inner = term
    while isinstance(inner, exp.Ordered | exp.Collate | exp.Paren):
        inner = inner.this
    if not isinstance(inner, exp.Column) or inner.table or isinstance(inner.this, exp.Star):
        resolve_expression(term, reach=reach)
        return
    wanted = context.key(inner.name)
    if wanted in _aliases(select, context) and not _wrapped(term):
        return
    same = [item for item in select.expressions if isinstance(item, exp.Column) and context.key(item.name) == wanted]
    if same and context.facts.expressions_name_outputs:
        inner.replace(same[0].copy())
        return
    named = [
        item
        for item in select.expressions
        if not isinstance(item, exp.Alias) and output_name(item, context) == inner.name
    ]
    if named and context.facts.expressions_name_outputs and not _wrapped(term):
        return
    resolve_expression(inner, reach=reach)


def _wrapped(term: exp.Expr) -> bool:
    """PostgreSQL and MySQL read `(total)` and `total COLLATE x` in ORDER BY as expressions."""
    inner = term.this if isinstance(term, exp.Ordered) else term
    return not isinstance(inner, exp.Column)


def set_order(query: exp.Query, *, outputs: Outputs, context: Context) -> None:
    """ORDER BY of a set operation or parenthesised query: positions and output names only."""
    order = query.args.get("order")
    if order is None:
        return
    names = {context.key(name) for name in outputs.names if name}
    for part in order.walk():
        if isinstance(part, exp.Query):
            context.refuse(part, code="forbidden_order", message="No subquery may stand in this ORDER BY.")
        elif isinstance(part, exp.Column) and (part.table or context.key(part.name) not in names):
            context.refuse(
                part,
                code="unknown_column",
                message=f"ORDER BY after a set operation knows only the output columns, not {part.name[:64]!r}.",
                hint="Use one of: " + ", ".join(name for name in outputs.names if name)[:200] + ", or a position.",
            )
