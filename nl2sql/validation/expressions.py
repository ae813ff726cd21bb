"""The columns of one expression, each bound; subqueries are handed back to whoever resolves queries."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlglot import exp

from nl2sql.dialects.function_traits import WHOLE_ROW
from nl2sql.validation.bind import bind, quoted, reference, refuse_unknown
from nl2sql.validation.context import Context
from nl2sql.validation.scope import Resolve, Scope, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Where an expression stands: the relations in reach, and the output aliases the dialect lets it use here.

    `aliases` maps an alias's key to its resolved expression; a use is replaced by a copy of it, so that the engine can
    never take the word for a column the caller cannot see. `prefers_alias` leaves a word that means both to the engine.
    """

    scope: Scope
    context: Context
    query: Resolve
    aliases: Mapping[str, exp.Expr] | None = None
    prefers_alias: bool = False


def resolve_expression(root: exp.Expr, *, reach: Reach) -> None:
    """Bind every column below `root`, in place. Iterative: a chain of a thousand operators is no deeper than one."""
    pending: list[tuple[exp.Expr, Scope]] = [(root, reach.scope)]
    while pending:
        node, scope = pending.pop()
        if isinstance(node, exp.Query):
            reach.query(node, scope)
        elif isinstance(node, exp.Column):
            _column(node, scope, reach)
        elif isinstance(node, exp.Lambda):
            inner = _with_parameters(node, scope, reach.context)
            pending.append((node.this, inner))
        elif isinstance(node, exp.Kwarg | exp.PropertyEQ):
            pending.append((node.expression, scope))
        elif isinstance(node, exp.Identifier):
            _word(node, scope, reach.context)
        elif isinstance(node, exp.Star):
            _star(node, reach.context)
        else:
            pending.extend((child, scope) for child in node.iter_expressions())


def _column(column: exp.Column, scope: Scope, reach: Reach) -> None:
    context = reach.context
    name = context.key(column.name)
    if isinstance(column.this, exp.Star):
        _row(column, scope, context)
        return
    if not column.table:
        if any(name in level.parameters for level in scope.levels()):
            return
        alias = (reach.aliases or {}).get(name) if scope is reach.scope else None
        if alias is not None:
            if not scope.holders(name) and name not in scope.merged:
                if context.may_inline(alias):
                    column.replace(_inlined(alias))
                else:
                    context.refuse(column, code="too_large", message="Aliases of aliases grow too large here.")
                return
            if reach.prefers_alias:
                return
    if bind(column, scope=scope, context=context):
        return
    if not column.table and _derived_row(column, scope, context):
        return
    refuse_unknown(column, scope=scope, context=context)


def _inlined(expression: exp.Expr) -> exp.Expr:
    copy = expression.copy()
    return copy if isinstance(copy, exp.Column | exp.Literal | exp.Anonymous | exp.Paren) else exp.Paren(this=copy)


def _with_parameters(node: exp.Lambda, scope: Scope, context: Context) -> Scope:
    names = frozenset(context.key(parameter.name) for parameter in node.expressions)
    return Scope(parent=scope, parameters=names)


def _word(node: exp.Identifier, scope: Scope, context: Context) -> None:
    """A bare name where an expression is due: only a lambda's parameter, or a slot of syntax such as OVER w."""
    if isinstance(node.parent, exp.Window | exp.Alias | exp.TableAlias | exp.Collate):
        return
    if not any(context.key(node.name) in level.parameters for level in scope.levels()):
        context.refuse(node, code="unknown_column", message=f"The name {node.name[:64]!r} means nothing here.")


def _star(node: exp.Star, context: Context) -> None:
    """Stars of a select list are expanded before; what is left may only be `count(*)`, which `functions` checks."""
    if not isinstance(node.parent, exp.Anonymous):
        context.refuse(node, code="forbidden_star", message="A star is not allowed here.", hint="List the columns.")


def _call_around(column: exp.Column) -> exp.Anonymous | None:
    parent = column.parent
    while isinstance(parent, exp.Order | exp.Distinct) and column.arg_key in {"this", "expressions"}:
        parent = parent.parent
    return parent if isinstance(parent, exp.Anonymous) else None


def _row(column: exp.Column, scope: Scope, context: Context) -> None:
    """`alias.*` inside an expression: a row. Of a stored table it may only be counted."""
    call = _call_around(column)
    source = next((found for level in scope.levels() if (found := level.source(context.relation(column.table)))), None)
    name = call.name.lower() if call is not None else ""
    fits = source is not None and context.facts.relation_as_value == "row" and not column.args.get("db")
    if source is None or not fits or not _takes_row(name, source, column):
        context.refuse(
            column,
            code="whole_row",
            message="A whole row is not allowed here.",
            hint="Name the columns you need; count rows with count(*).",
        )
        return
    column.set("table", quoted(source.name))
    if source.table is not None:
        context.read(source.table)


def _takes_row(function: str, source: Source, column: exp.Column) -> bool:
    """Counting a stored table's rows reads no column; counting distinct ones would."""
    counted = function == "count" and isinstance(column.parent, exp.Anonymous)
    return counted or (source.kind == "query" and function in WHOLE_ROW)


def _derived_row(column: exp.Column, scope: Scope, context: Context) -> bool:
    """A relation's name as a value: `to_jsonb(q)` over a derived table, or the one value of a function in FROM.

    Written `q.*` or `q.column`, so that no hidden column named `q` can stand in for it.
    """
    call = _call_around(column)
    source = scope.source(context.relation(column.name))
    if context.facts.relation_as_value == "no" or source is None or column.args.get("db"):
        return False
    if source.kind == "function" and len(source.columns) == 1:
        column.replace(reference(source, next(iter(source.columns.values()))))
        return True
    if source.kind != "query" or call is None or call.name.lower() not in WHOLE_ROW:
        return False
    if context.facts.relation_as_value == "row":
        column.replace(exp.Column(this=exp.Star(), table=quoted(source.name)))
        return True
    fields = [
        exp.PropertyEQ(this=quoted(spelled), expression=reference(source, spelled))
        for spelled in source.columns.values()
    ]
    column.replace(exp.Anonymous(this="struct_pack", expressions=list(fields)))
    return True
