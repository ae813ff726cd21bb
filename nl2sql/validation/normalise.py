"""Forms that mean the same, brought to one: plain strings, bare function names, unit words, a root that is a SELECT."""

from sqlglot import exp

from nl2sql.dialects.facts import DialectFacts
from nl2sql.dialects.registry import facts_of
from schema_index.schema import Dialect


def normalise(tree: exp.Query, *, dialect: Dialect) -> exp.Query:
    """The same query in the one form that the rules read; `tree` may be changed."""
    facts = facts_of(dialect)
    for node in list(tree.walk()):
        if isinstance(node, exp.RawString):
            node.replace(exp.Literal.string(node.this))
        elif isinstance(node, exp.Anonymous):
            _call(node, facts)
        elif isinstance(node, exp.Select):
            _joined_beside(node)
        elif isinstance(node, exp.Exists) and isinstance(node.this, exp.Select) and not node.this.expressions:
            node.this.set("expressions", [exp.Literal.number(1)])
    if facts.has_dual:
        _without_dual(tree)
    if facts.double_pipe_is_or:
        _with_or(tree)
    return _strictly_limited(_root(tree))


def _call(call: exp.Anonymous, facts: DialectFacts) -> None:
    if isinstance(call.this, exp.Identifier) and call.name.isidentifier() and call.name.isascii():
        keeps_meaning = not facts.quoted_names_are_exact or call.name == call.name.lower()
        if keeps_meaning:
            call.set("this", call.name)
    unit = call.expressions[0] if call.expressions and call.name.lower() in facts.unit_first_functions else None
    if isinstance(unit, exp.Column) and not unit.table and unit.name.lower() in facts.unit_words:
        unit.replace(exp.Var(this=unit.name.upper()))


def _joined_beside(select: exp.Select) -> None:
    """`FROM a JOIN b … SELECT …`: the parser hangs the joins of a FROM that comes first on its table."""
    clause = select.args.get("from_")
    table = clause.this if isinstance(clause, exp.From) else None
    if isinstance(table, exp.Table) and table.args.get("joins") and not select.args.get("joins"):
        select.set("joins", table.args["joins"])
        table.set("joins", None)


def _without_dual(tree: exp.Query) -> None:
    """DUAL is the absence of a table."""
    for select in tree.find_all(exp.Select):
        clause = select.args.get("from_")
        table = clause.this if isinstance(clause, exp.From) else None
        alone = isinstance(table, exp.Table) and not select.args.get("joins")
        if alone and table is not None and table.name.lower() == "dual" and not (table.args.get("db") or table.alias):
            select.set("from_", None)


def _with_or(tree: exp.Query) -> None:
    """`a = 1 || b = 2` is OR. Between anything but conditions `||` stays, and is refused as ambiguous."""
    for node in list(tree.find_all(exp.DPipe))[::-1]:
        if _is_condition(node.this) and _is_condition(node.expression):
            node.replace(exp.Or(this=node.this, expression=node.expression))


def _is_condition(node: exp.Expr) -> bool:
    inner = node.unnest()
    number = isinstance(inner, exp.Literal) and not inner.is_string
    return number or isinstance(inner, exp.Predicate | exp.Connector | exp.Not | exp.Boolean | exp.Null)


def _strictly_limited(tree: exp.Query) -> exp.Query:
    """A percentage of rows, or ties, have no fixed number: the query goes into a derived table, and LIMIT outside."""
    clause = tree.args.get("limit")
    options = clause.args.get("limit_options") if isinstance(clause, exp.Expr) else None
    if options is None or not (options.args.get("percent") or options.args.get("with_ties")):
        return tree
    source = exp.Subquery(this=tree, alias=exp.TableAlias(this=exp.Identifier(this="rows", quoted=True)))
    return exp.Select(expressions=[exp.Star()], from_=exp.From(this=source))


def _root(tree: exp.Query) -> exp.Query:
    while isinstance(tree, exp.Subquery) and isinstance(tree.this, exp.Query):
        if any(tree.args.get(key) for key in ("alias", "with_", "order", "limit", "offset")):
            return tree
        tree = tree.this
        tree.pop()
    return tree
