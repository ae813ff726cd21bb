"""The select list: stars expanded, and every output given the name the outer query will know it by."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sqlglot import exp

from nl2sql.validation.bind import named, quoted, reference, refuse_unknown
from nl2sql.validation.context import MAX_OUTPUTS, Context
from nl2sql.validation.expressions import Reach, resolve_expression
from nl2sql.validation.scope import Outputs, Scope, Source


def projections(select: exp.Select, *, reach: Reach, derived: bool) -> Outputs:
    """Resolve the select list in place. With `derived`, outputs get unique names, so that a star over them is clear."""
    scope, context = reach.scope, reach.context
    exact = True
    expanded: list[exp.Expr] = []
    bound: set[int] = set()
    for item in select.expressions:
        star = _star_of(item)
        if star is None:
            expanded.append(item)
            continue
        width = sum(len(source.columns) for source in scope.sources)
        if len(expanded) + width > MAX_OUTPUTS:
            return _too_many(select, context)
        columns, known = _expand(item, star, scope, context)
        exact = exact and known
        expanded.extend(columns)
        bound.update(id(column) for column in columns if isinstance(column, exp.Column))
    if not context.may_output(len(expanded)):
        return _too_many(select, context)
    aliases: dict[str, exp.Expr] = {}
    select.set("expressions", expanded)
    for place, item in enumerate(expanded):
        if id(item) in bound:
            continue
        name = item.name if isinstance(item, exp.Column) and not isinstance(item.this, exp.Star) else ""
        visible = aliases if context.facts.aliases_visible_in_select_list else None
        resolve_expression(item.unalias(), reach=replace(reach, aliases=visible))
        result = select.expressions[place]
        if name and not isinstance(result, exp.Column):
            result = result.replace(exp.Alias(this=result.copy(), alias=quoted(name)))
        if isinstance(result, exp.Alias):
            aliases[context.key(result.alias)] = result.this
    if not expanded:
        context.refuse(select, code="no_columns", message="The select list is empty.", hint="Name a column.")
    return _outputs(select, context, derived=derived, exact=exact)


def _too_many(select: exp.Select, context: Context) -> Outputs:
    context.refuse(select, code="too_large", message="The statement has too many columns.", hint="Ask for fewer.")
    return Outputs(names=(), exact=False)


def _star_of(item: exp.Expr) -> exp.Star | None:
    if isinstance(item, exp.Star):
        return item
    return item.this if isinstance(item, exp.Column) and isinstance(item.this, exp.Star) else None


def _expand(item: exp.Expr, star: exp.Star, scope: Scope, context: Context) -> tuple[list[exp.Expr], bool]:
    """The columns that `item`, `*` or `alias.*`, stands for, and whether the engine would expand it to the same."""
    if isinstance(item, exp.Column):
        sources = [source] if (source := named(item, scope, context)) else []
    else:
        sources = list(scope.sources)
    if not sources or any(not source.columns for source in sources):
        context.refuse(
            item,
            code="forbidden_star",
            message="There is nothing to expand this star to.",
            hint="List the columns you need.",
        )
        return [], True
    merged = {} if isinstance(item, exp.Column) else scope.merged
    columns = list(_columns(sources, merged, context))
    exact = all(source.table is None and source.exact for source in sources)
    return _adjusted(columns, star, scope, context), exact


def _columns(sources: list[Source], merged: Mapping[str, exp.Expr], context: Context) -> Iterator[tuple[str, exp.Expr]]:
    """(key, expression) in the star's order: USING columns first, or where they first stand."""
    left = dict(merged)
    if not context.facts.using_columns_stay_in_place:
        yield from ((name, _merged_output(name, left.pop(name))) for name in merged)
    for source in sources:
        for name, spelled in source.columns.items():
            if name not in merged:
                if source.table is not None:
                    context.read(source.table, spelled)
                yield name, reference(source, spelled)
            elif name in left:
                yield name, _merged_output(name, left.pop(name))


def _merged_output(name: str, expression: exp.Expr) -> exp.Expr:
    copy = expression.copy()
    return copy if isinstance(copy, exp.Column) else exp.Alias(this=copy, alias=quoted(name))


def _adjusted(columns: list[tuple[str, exp.Expr]], star: exp.Star, scope: Scope, context: Context) -> list[exp.Expr]:
    """DuckDB's `* EXCLUDE (a)` and `* REPLACE (x AS a)`."""
    excluded = {context.key(part.name): part for part in star.args.get("except_") or []}
    replaced = {context.key(part.alias): part for part in star.args.get("replace") or []}
    names = {name for name, _ in columns}
    for name, part in [*excluded.items(), *replaced.items()]:
        if name not in names:
            probe = part if isinstance(part, exp.Column) else exp.Column(this=quoted(part.alias_or_name))
            refuse_unknown(probe, scope=scope, context=context)
    return [
        replaced[name].copy() if name in replaced else column
        for name, column in columns
        if name in replaced or name not in excluded
    ]


def _outputs(select: exp.Select, context: Context, *, derived: bool, exact: bool) -> Outputs:
    names: list[str] = []
    seen: set[str] = set()
    ambiguous: set[str] = set()
    for position, item in enumerate(select.expressions, start=1):
        name = item.alias if isinstance(item, exp.Alias) else output_name(item, context)
        if derived:
            unique = _unique(name or f"column_{position}", seen, context)
            if name and unique != name and context.facts.duplicate_outputs_are_ambiguous:
                ambiguous.add(context.key(name))
            if unique != name or not isinstance(item, exp.Alias | exp.Column):
                bare = item.this if isinstance(item, exp.Alias) else item
                alias = exp.Alias(this=bare.copy(), alias=quoted(unique))
                item.replace(alias)
            name = unique
            seen.add(context.key(name))
        names.append(name)
    return Outputs(names=tuple(names), exact=exact, ambiguous=frozenset(ambiguous))


def _unique(name: str, seen: set[str], context: Context) -> str:
    candidate, number = name, 0
    while context.key(candidate) in seen:
        number += 1
        candidate = f"{name}_{number}"
    return candidate


def output_name(item: exp.Expr, context: Context) -> str:
    """The name an output without AS bears: a column's own; in some a function's or an inner column's too."""
    if isinstance(item, exp.Column):
        return "" if isinstance(item.this, exp.Star) else item.name
    return _expression_name(item, context) if context.facts.expressions_name_outputs else ""


def _expression_name(item: exp.Expr, context: Context) -> str:
    if isinstance(item, exp.Anonymous):
        return item.name.lower()
    if isinstance(item, exp.Cast | exp.Window | exp.Filter | exp.WithinGroup | exp.Paren | exp.Collate | exp.Bracket):
        return output_name(item.this, context)
    if isinstance(item, exp.Case | exp.Extract):
        return item.key
    if isinstance(item, exp.Subquery) and isinstance(item.this, exp.Select) and item.this.expressions:
        inner = item.this.expressions[0]
        return inner.alias if isinstance(inner, exp.Alias) else output_name(inner, context)
    return ""
