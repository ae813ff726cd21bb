"""Forms that mean the same, brought to one: bare function names, unit words, a root without needless parentheses."""

from sqlglot import exp

from schema_index.schema import Dialect

_UNIT_FIRST = frozenset({"timestampadd", "timestampdiff", "get_format"})
_UNITS = frozenset(
    "microsecond second minute hour day week month quarter year date time datetime timestamp "
    "sql_tsi_second sql_tsi_minute sql_tsi_hour sql_tsi_day sql_tsi_week sql_tsi_month sql_tsi_quarter sql_tsi_year".split()
)


def normalise(tree: exp.Query, *, dialect: Dialect) -> exp.Query:
    """The same query in the one form that the rules read; `tree` may be changed."""
    for call in list(tree.find_all(exp.Anonymous)):
        if isinstance(call.this, exp.Identifier) and call.name.isidentifier() and call.name.isascii():
            keeps_meaning = dialect != "postgres" or call.name == call.name.lower()
            if keeps_meaning:
                call.set("this", call.name)
        if dialect == "mysql" and call.name.lower() in _UNIT_FIRST and call.expressions:
            _unit_word(call.expressions[0])
    return _root(tree)


def _unit_word(argument: exp.Expr) -> None:
    if isinstance(argument, exp.Column) and not argument.table and argument.name.lower() in _UNITS:
        argument.replace(exp.Var(this=argument.name.upper()))


def _root(tree: exp.Query) -> exp.Query:
    while isinstance(tree, exp.Subquery) and isinstance(tree.this, exp.Query):
        if any(tree.args.get(key) for key in ("alias", "with_", "order", "limit", "offset")):
            return tree
        tree = tree.this
        tree.pop()
    return tree
