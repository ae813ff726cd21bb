"""The FROM clause: tables, CTEs, derived tables, functions and their joins."""

from typing import Protocol

from sqlglot import exp

from nl2sql.validation.bind import bind, quoted, refuse_unknown
from nl2sql.validation.context import RESOLVED, Context
from nl2sql.validation.expressions import Reach, resolve_expression
from nl2sql.validation.functions import called_name
from nl2sql.validation.scope import CommonTables, Outputs, Scope, Source
from nl2sql.validation.stored_tables import refuse_unknown_table, stored_table


class Resolve(Protocol):
    def __call__(self, query: exp.Query, scope: Scope | None, *, derived: bool = False) -> Outputs: ...


class _From:
    """One FROM clause while it is read from left to right.

    `sources` are all so far, which LATERAL sees; `group` those since the last comma, which ON sees.
    """

    def __init__(self, context: Context, ctes: CommonTables, outer: Scope | None, query: Resolve) -> None:
        self.context = context
        self.ctes = ctes
        self.outer = outer
        self.query = query
        self.declared: frozenset[str] = frozenset()
        self.sources: list[Source] = []
        self.merged: dict[str, exp.Expr] = {}

    def scope(self, sources: list[Source]) -> Scope:
        return Scope(sources=sources, declared=self.declared, parent=self.outer, merged=self.merged)

    def reach(self, scope: Scope) -> Reach:
        def subquery(query: exp.Query, inner: Scope) -> None:
            self.query(query, inner)

        return Reach(scope=scope, context=self.context, subquery=subquery)


def from_clause(
    select: exp.Select, *, context: Context, ctes: CommonTables, outer: Scope | None, query: Resolve
) -> Scope:
    """Resolve FROM and its joins in place; the scope that the rest of the SELECT sees."""
    state = _From(context, ctes, outer, query)
    clause = select.args.get("from_")
    joins = select.args.get("joins") or []
    if clause is not None:
        _name_unnamed([clause.this, *(join.this for join in joins)], context)
        aliases = _declared([clause.this, *(join.this for join in joins)], context)
        state.declared = frozenset(aliases)
        if len(aliases) > len(state.declared):
            context.refuse(
                clause,
                code="duplicate_name",
                message="Two relations of one FROM bear the same name.",
                hint="Give each its own alias.",
            )
        _joined(clause.this, joins, state)
    return state.scope(state.sources)


def _name_unnamed(items: list[exp.Expr], context: Context) -> None:
    """Derived tables without an alias get one, so that their columns can be qualified."""
    for item in items:
        derived = isinstance(item, exp.Subquery) and isinstance(item.this, exp.Query | exp.Values)
        if (derived or isinstance(item, exp.Values | exp.Unnest | exp.Lateral)) and not item.alias:
            if isinstance(item, exp.Unnest | exp.Lateral) and not _is_subquery(item):
                continue
            item.set("alias", exp.TableAlias(this=quoted(context.fresh_name("subquery"))))


def _is_subquery(item: exp.Expr) -> bool:
    return isinstance(item, exp.Lateral) and isinstance(item.this, exp.Subquery)


def _declared(items: list[exp.Expr], context: Context) -> list[str]:
    found: list[str] = []
    for item in items:
        if isinstance(item, exp.Subquery) and isinstance(item.this, exp.Table) and not item.alias:
            inner = item.this
            found += _declared([inner, *(join.this for join in inner.args.get("joins") or [])], context)
        else:
            found.append(context.relation(_alias(item)))
    return found


def _alias(item: exp.Expr) -> str:
    if item.alias:
        return item.alias
    inner = item.this if isinstance(item, exp.Lateral) else item
    if isinstance(inner, exp.Unnest):
        return "unnest"
    if isinstance(inner, exp.Table) and isinstance(inner.this, exp.Anonymous):
        return called_name(inner.this)
    return called_name(inner) if isinstance(inner, exp.Anonymous) else inner.name


def _joined(first: exp.Expr, joins: list[exp.Join], state: _From) -> None:
    group = _relation(first, state)
    state.sources += group
    for join in joins:
        added = _relation(join.this, state)
        if _is_comma(join):
            group = []
        _condition(join, group, added, state)
        if str(join.args.get("kind") or "").upper() not in {"SEMI", "ANTI"}:
            group = group + added
            state.sources += added


def _is_comma(join: exp.Join) -> bool:
    return not any(join.args.get(key) for key in ("on", "using", "side", "kind", "method"))


def _condition(join: exp.Join, left: list[Source], right: list[Source], state: _From) -> None:
    condition = join.args.get("on")
    if condition is not None:
        resolve_expression(condition, reach=state.reach(state.scope([*left, *right])))
    using = join.args.get("using")
    if not using:
        return
    if join.args.get("method"):
        state.context.refuse(join, code="forbidden_join", message="USING is refused here.", hint="Write ON.")
        return
    conditions = [part for column in using if (part := _using(column.name, join, left, right, state)) is not None]
    join.set("using", None)
    if conditions:
        join.set("on", exp.and_(*conditions, copy=False, wrap=False))


def _using(name: str, join: exp.Join, left: list[Source], right: list[Source], state: _From) -> exp.Expr | None:
    """One USING column as an equality. What it merges to is noted for bare uses of the name and for stars."""
    context = state.context
    column = context.key(name)
    sides: list[exp.Expr] = []
    for sources, merged in ((left, state.merged), (right, {})):
        scope = Scope(sources=sources, declared=frozenset(), merged=merged)
        probe = exp.Column(this=quoted(name))
        holder = exp.Paren(this=probe)
        if not bind(probe, scope=scope, context=context):
            refuse_unknown(probe, scope=scope, context=context)
            return None
        sides.append(holder.this)
    side = str(join.args.get("side") or "").upper()
    if side == "FULL":
        together = exp.Anonymous(this="COALESCE", expressions=[part.copy() for part in sides])
        state.merged[column] = together
    elif str(join.args.get("kind") or "").upper() not in {"SEMI", "ANTI"}:
        state.merged[column] = sides[1].copy() if side == "RIGHT" else sides[0].copy()
    return exp.EQ(this=sides[0], expression=sides[1])


def _relation(item: exp.Expr, state: _From) -> list[Source]:
    """The relation or, for joins in parentheses, the relations that one item of FROM brings into reach."""
    if isinstance(item, exp.Table):
        if item.args.get("joins"):
            state.context.refuse(
                item,
                code="forbidden_join",
                message="A join inside another one is refused without parentheses.",
                hint="Write each JOIN with its own ON before the next.",
            )
        return [_table(item, state)]
    if isinstance(item, exp.Subquery) and isinstance(item.this, exp.Table):
        return _parenthesised(item, state)
    alone = state.scope([])
    if isinstance(item, exp.Lateral | exp.Unnest):
        return [_lateral(item, state) if isinstance(item, exp.Lateral) else _unnest(item, state)]
    if isinstance(item, exp.Values | exp.Subquery):
        return [_values(item, item, alone, state) if isinstance(item, exp.Values) else _derived(item, alone, state)]
    state.context.refuse(item, code="forbidden_syntax", message="This cannot stand in FROM.")
    return []


def _parenthesised(item: exp.Subquery, state: _From) -> list[Source]:
    if item.alias:
        state.context.refuse(
            item, code="column_list", message="An alias over a join is refused.", hint="Alias each table instead."
        )
        return []
    outer, state.sources = state.sources, []
    table = item.this
    joins = table.args.get("joins") or []
    _joined_inside(table, joins, state)
    inner, state.sources = state.sources, outer
    return inner


def _joined_inside(table: exp.Table, joins: list[exp.Join], state: _From) -> None:
    table.set("joins", None)
    _joined(table, joins, state)
    table.set("joins", joins)


def _derived(item: exp.Subquery, scope: Scope, state: _From) -> Source:
    if isinstance(item.this, exp.Values):
        return _values(item.this, item, scope, state)
    outputs = state.query(item.this, scope, derived=True)
    if item.args.get("order") or item.args.get("limit") or item.args.get("offset") or item.args.get("with_"):
        state.context.refuse(item, code="forbidden_syntax", message="ORDER BY and LIMIT belong inside the parentheses.")
    return _source(item, outputs, "query", state)


def _source(item: exp.Expr, outputs: Outputs, kind: str, state: _From) -> Source:
    context = state.context
    alias = item.args.get("alias")
    columns = tuple(column.name for column in alias.columns) if isinstance(alias, exp.TableAlias) else ()
    if columns and (not outputs.exact or len(columns) > len(outputs.names)):
        context.refuse(
            item,
            code="column_list",
            message="This column list renames columns by position over a star, or is too long.",
            hint="List the columns inside, with AS names.",
        )
    names = columns + outputs.names[len(columns) :]
    name = _alias(item)
    return Source(
        name=name,
        key=context.relation(name),
        columns={context.key(column): column for column in names},
        kind="function" if kind == "function" else "query",
        exact=outputs.exact,
        ambiguous=frozenset() if columns else outputs.ambiguous,
    )


def _values(node: exp.Values, item: exp.Expr, scope: Scope, state: _From) -> Source:
    resolve_expression(node, reach=state.reach(scope))
    rows = node.expressions
    width = len(rows[0].expressions) if rows and isinstance(rows[0], exp.Tuple) else 1
    prefix, first = state.context.facts.values_column
    outputs = Outputs(names=tuple(f"{prefix}{first + position}" for position in range(width)))
    return _source(item if item.alias else node, outputs, "query", state)


def _lateral(item: exp.Lateral, state: _From) -> Source:
    siblings = state.scope(list(state.sources))
    inner = item.this
    if isinstance(inner, exp.Subquery):
        if isinstance(inner.this, exp.Values):
            return _values(inner.this, item, siblings, state)
        return _source(item, state.query(inner.this, siblings, derived=True), "query", state)
    if isinstance(inner, exp.Unnest):
        resolve_expression(inner, reach=state.reach(siblings))
        return _called(item, "unnest", state)
    if isinstance(inner, exp.Anonymous):
        resolve_expression(inner, reach=state.reach(siblings))
        return _called(item, called_name(inner), state)
    state.context.refuse(item, code="forbidden_syntax", message="This cannot stand after LATERAL.")
    return _source(item, Outputs(names=()), "query", state)


def _unnest(item: exp.Unnest, state: _From) -> Source:
    scope = state.scope(list(state.sources))
    for argument in item.expressions:
        resolve_expression(argument, reach=state.reach(scope))
    offset = item.args.get("offset")
    extra = (offset.name,) if isinstance(offset, exp.Identifier) else ("ordinality",) if offset else ()
    return _called(item, "unnest", state, width=len(item.expressions), extra=extra)


def _called(item: exp.Expr, name: str, state: _From, *, width: int = 1, extra: tuple[str, ...] = ()) -> Source:
    """A function in FROM: on the list of those that may stand there, with the columns they are known to give."""
    listed = state.context.facts.table_functions
    if name not in listed:
        state.context.refuse(
            item,
            code="forbidden_function",
            message=f"The function {name[:64]!r} may not stand in FROM.",
            hint="Select from a table." if not listed else "Only these may: " + ", ".join(sorted(listed)) + ".",
        )
    if item.args.get("ordinality"):
        extra = ("ordinality",)
    columns = listed.get(name, ()) or (_alias(item),)
    columns += tuple(f"{columns[0]}_{number}" for number in range(1, width))
    return _source(item, Outputs(names=(*columns, *extra)), "function", state)


def _table(item: exp.Table, state: _From) -> Source:
    item.meta[RESOLVED] = True
    if isinstance(item.this, exp.Anonymous):
        if item.args.get("db"):
            state.context.refuse(item, code="forbidden_function", message="Functions are called by their bare name.")
        resolve_expression(item.this, reach=state.reach(state.scope(list(state.sources))))
        return _called(item, called_name(item.this), state)
    if not item.args.get("db") and (cte := state.ctes.get(state.context.relation(item.name))) is not None:
        return _common(item, cte.name, cte.outputs, state)
    table = state.context.table(item.db or state.context.schema.default_schema, item.name)
    if table is None:
        refuse_unknown_table(item, state.context)
        return Source(name=_alias(item), key=state.context.relation(_alias(item)), columns={}, kind="table")
    return stored_table(item, table, state.context)


def _common(item: exp.Table, name: str, outputs: Outputs | None, state: _From) -> Source:
    if outputs is None:
        state.context.refuse(
            item, code="unknown_table", message=f"The CTE {name!r} is used before it is defined.", hint="Reorder."
        )
        outputs = Outputs(names=())
    item.set("this", quoted(name))
    return _source(item, outputs, "query", state)
