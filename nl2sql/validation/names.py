"""Name resolution of our own: every relation and column bound to what the caller may see, or refused.

`qualify()` of sqlglot is no security boundary. Here CTE scope is lexical and per query, a qualified name never means a
CTE, a derived table sees its siblings only after LATERAL, ON sees only what was joined so far, and what nothing
explains is refused. The tree is rewritten so that the engine cannot read it otherwise: tables carry their schema,
columns their relation, stars are expanded, USING becomes ON.
"""

from collections.abc import Iterable

from sqlglot import exp

from nl2sql.validation.clauses import clauses, set_order
from nl2sql.validation.context import RESOLVED, Context
from nl2sql.validation.expressions import Reach
from nl2sql.validation.projections import projections
from nl2sql.validation.relations import from_clause, renamed
from nl2sql.validation.scope import CommonTable, CommonTables, Outputs, Scope
from nl2sql.validation.verdict import Violation
from schema_index.schema import DatabaseSchema


def names(tree: exp.Query, *, schema: DatabaseSchema) -> Context:
    """Resolve `tree` in place: what it reads, or why it may not. Its identifiers must be folded and quoted already."""
    context = Context(schema=schema)
    _query(tree, context, {}, None, derived=False)
    return context


def missed(nodes: Iterable[exp.Expr]) -> tuple[Violation, ...]:
    """Tables that stand where no rule looks: a new parser may put one there."""
    return tuple(
        Violation.at(node, code="forbidden_syntax", message="No table may stand here.")
        for node in nodes
        if isinstance(node, exp.Table) and RESOLVED not in node.meta
    )


def _query(query: exp.Query, context: Context, ctes: CommonTables, outer: Scope | None, *, derived: bool) -> Outputs:
    ctes = _with(query, context, ctes, outer)
    if isinstance(query, exp.Select):
        return _select(query, context, ctes, outer, derived=derived)
    if isinstance(query, exp.SetOperation):
        left = _query(query.this, context, ctes, outer, derived=derived)
        right = _query(query.expression, context, ctes, outer, derived=False)
        outputs = _combined(query, left, right)
        set_order(query, outputs=outputs, context=context)
        return outputs
    if isinstance(query, exp.Subquery) and isinstance(query.this, exp.Query):
        outputs = _query(query.this, context, ctes, outer, derived=derived)
        set_order(query, outputs=outputs, context=context)
        return outputs
    context.refuse(query, code="forbidden_syntax", message="This form of query is not allowed here.")
    return Outputs(names=())


def _combined(query: exp.SetOperation, left: Outputs, right: Outputs) -> Outputs:
    names = left.names
    if query.args.get("by_name"):
        names += tuple(name for name in right.names if name not in left.names)
    return Outputs(names=names, exact=left.exact and right.exact, ambiguous=left.ambiguous)


def _select(select: exp.Select, context: Context, ctes: CommonTables, outer: Scope | None, *, derived: bool) -> Outputs:
    def resolve(query: exp.Query, scope: Scope | None, *, derived: bool = False) -> Outputs:
        return _query(query, context, ctes, scope, derived=derived)

    scope = from_clause(select, context=context, ctes=ctes, outer=outer, query=resolve)
    reach = Reach(scope=scope, context=context, query=resolve)
    outputs = projections(select, reach=reach, derived=derived)
    clauses(select, reach=reach)
    return outputs


def _with(query: exp.Query, context: Context, ctes: CommonTables, outer: Scope | None) -> CommonTables:
    """The CTEs in reach of `query`: the enclosing ones, then its own, each seeing those before it."""
    clause = query.args.get("with_")
    if clause is None:
        return ctes
    recursive = bool(clause.args.get("recursive")) or context.facts.with_may_recurse
    reach = dict(ctes)
    later = [context.relation(cte.alias) for cte in clause.expressions]
    if len(set(later)) < len(later):
        context.refuse(clause, code="duplicate_name", message="Two CTEs bear the same name.", hint="Rename one.")
    for number, cte in enumerate(clause.expressions):
        visible = dict(reach)
        if recursive:
            visible.update({name: CommonTable(name=name, outputs=None) for name in later[number + 1 :]})
        reach[context.relation(cte.alias)] = _common_table(cte, context, visible, outer, recursive=recursive)
    return reach


def _common_table(
    cte: exp.CTE, context: Context, reach: CommonTables, outer: Scope | None, *, recursive: bool
) -> CommonTable:
    name, body = cte.alias, cte.this
    columns = tuple(column.name for column in cte.args["alias"].columns)
    if not isinstance(body, exp.Query):
        context.refuse(cte, code="not_a_query", message=f"The CTE {name!r} is not a query.")
        return CommonTable(name=name, outputs=Outputs(names=columns))
    if not (recursive and isinstance(body, exp.SetOperation)):
        outputs = _query(body, context, reach, outer, derived=True)
        return CommonTable(name=name, outputs=renamed(outputs, columns, cte, context))
    inner = _with(body, context, reach, outer)
    left = renamed(_query(body.this, context, inner, outer, derived=True), columns, cte, context)
    table = CommonTable(name=name, outputs=left)
    _query(body.expression, context, {**inner, context.relation(name): table}, outer, derived=False)
    set_order(body, outputs=left, context=context)
    return table
