"""The FROM clause: tables, CTEs, derived tables, functions and their joins."""

from dataclasses import dataclass, field

from sqlglot import exp

from nl2sql.validation.bind import bind, quoted, refuse_unknown
from nl2sql.validation.context import RESOLVED, Context
from nl2sql.validation.expressions import Reach, resolve_expression
from nl2sql.validation.scope import CommonTables, Outputs, Resolve, Scope, Source, SourceKind
from nl2sql.validation.stored_tables import refuse_unknown_table, stored_table


@dataclass(slots=True, kw_only=True)
class _From:
    """One FROM clause while it is read from left to right.

    `sources` are all so far, which LATERAL sees; `group` those since the last comma, which ON sees.
    """

    context: Context
    ctes: CommonTables
    outer: Scope | None
    query: Resolve
    declared: frozenset[str] = frozenset()
    sources: list[Source] = field(default_factory=list)
    merged: dict[str, exp.Expr] = field(default_factory=dict)

    def scope(self, sources: list[Source]) -> Scope:
        return Scope(sources=sources, declared=self.declared, parent=self.outer, merged=self.merged)

    def so_far(self) -> Scope:
        return self.scope(list(self.sources))

    def resolve(self, expression: exp.Expr, scope: Scope) -> None:
        resolve_expression(expression, reach=Reach(scope=scope, context=self.context, query=self.query))


def from_clause(
    select: exp.Select, *, context: Context, ctes: CommonTables, outer: Scope | None, query: Resolve
) -> Scope:
    """Resolve FROM and its joins in place; the scope that the rest of the SELECT sees."""
    state = _From(context=context, ctes=ctes, outer=outer, query=query)
    clause = select.args.get("from_")
    joins = select.args.get("joins") or []
    if clause is not None:
        items = [clause.this, *(join.this for join in joins)]
        _name_unnamed(items, context)
        aliases = _declared(items, context)
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
        if isinstance(item, exp.Subquery):
            derived = isinstance(item.this, exp.Query | exp.Values)
        else:
            derived = isinstance(item, exp.Values) or (
                isinstance(item, exp.Lateral) and isinstance(item.this, exp.Subquery)
            )
        if derived and not item.alias:
            item.set("alias", exp.TableAlias(this=quoted(context.fresh_name())))


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
        inner = inner.this
    return inner.name.lower() if isinstance(inner, exp.Anonymous) else inner.name


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
        state.resolve(condition, state.scope([*left, *right]))
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
    if isinstance(item, exp.Subquery):
        return [_derived(item, item, state.scope([]), state)]
    if isinstance(item, exp.Values):
        return [_values(item, item, state.scope([]), state)]
    if isinstance(item, exp.Lateral | exp.Unnest):
        return [_lateral(item, state) if isinstance(item, exp.Lateral) else _unnest(item, state)]
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
    table.set("joins", None)
    _joined(table, joins, state)
    table.set("joins", joins)
    inner, state.sources = state.sources, outer
    return inner


def _derived(item: exp.Expr, inner: exp.Subquery, scope: Scope, state: _From) -> Source:
    if isinstance(inner.this, exp.Values):
        return _values(inner.this, item, scope, state)
    outputs = state.query(inner.this, scope, derived=True)
    if any(inner.args.get(name) for name in ("order", "limit", "offset", "with_")):
        state.context.refuse(item, code="forbidden_syntax", message="ORDER BY and LIMIT belong inside the parentheses.")
    return _source(item, outputs, state)


def renamed(outputs: Outputs, columns: tuple[str, ...], node: exp.Expr, context: Context) -> Outputs:
    """`outputs` under a column list. Over a star of a stored table a list is refused: positions may not be ours."""
    if not columns:
        return outputs
    if not outputs.exact or len(columns) > len(outputs.names):
        context.refuse(
            node,
            code="column_list",
            message="This column list renames columns by position over a star, or is too long.",
            hint="List the columns inside, with AS names, instead of the star.",
        )
    return Outputs(names=columns + outputs.names[len(columns) :], exact=outputs.exact)


def _source(item: exp.Expr, outputs: Outputs, state: _From, *, kind: SourceKind = "query") -> Source:
    context = state.context
    alias = item.args.get("alias")
    columns = tuple(column.name for column in alias.columns) if isinstance(alias, exp.TableAlias) else ()
    outputs = renamed(outputs, columns, item, context)
    name = _alias(item)
    return Source(
        name=name,
        key=context.relation(name),
        columns={context.key(column): column for column in outputs.names},
        kind=kind,
        exact=outputs.exact,
        ambiguous=outputs.ambiguous,
    )


def _values(node: exp.Values, item: exp.Expr, scope: Scope, state: _From) -> Source:
    state.resolve(node, scope)
    rows = node.expressions
    width = len(rows[0].expressions) if rows and isinstance(rows[0], exp.Tuple) else 1
    prefix, first = state.context.facts.values_column
    outputs = Outputs(names=tuple(f"{prefix}{first + position}" for position in range(width)))
    return _source(item if item.alias else node, outputs, state)


def _lateral(item: exp.Lateral, state: _From) -> Source:
    siblings = state.so_far()
    inner = item.this
    if isinstance(inner, exp.Subquery):
        return _derived(item, inner, siblings, state)
    if isinstance(inner, exp.Unnest | exp.Anonymous):
        state.resolve(inner, siblings)
        return _called(item, "unnest" if isinstance(inner, exp.Unnest) else inner.name.lower(), state)
    state.context.refuse(item, code="forbidden_syntax", message="This cannot stand after LATERAL.")
    return _source(item, Outputs(names=()), state)


def _unnest(item: exp.Unnest, state: _From) -> Source:
    for argument in item.expressions:
        state.resolve(argument, state.so_far())
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
    return _source(item, Outputs(names=(*columns, *extra)), state, kind="function")


def _table(item: exp.Table, state: _From) -> Source:
    item.meta[RESOLVED] = True
    if isinstance(item.this, exp.Anonymous):
        if item.args.get("db"):
            state.context.refuse(item, code="forbidden_function", message="Functions are called by their bare name.")
        state.resolve(item.this, state.so_far())
        return _called(item, item.this.name.lower(), state)
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
    return _source(item, outputs, state)
