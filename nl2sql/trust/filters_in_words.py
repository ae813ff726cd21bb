"""The conditions of a statement as people say them. Pure."""

from collections import Counter
from collections.abc import Iterator

from sqlglot import exp

from nl2sql.trust.statement import Block, Statement, column_of, constant_of
from nl2sql.validation.select_parts import conjuncts

MAX_FILTERS = 20
MAX_CHARACTERS = 300

_SAID: dict[type[exp.Expr], str] = {
    exp.EQ: "is", exp.NEQ: "is not", exp.GT: "is more than", exp.GTE: "is at least", exp.LT: "is less than",
    exp.LTE: "is at most", exp.Like: "is like", exp.ILike: "is like (any case)",
}  # fmt: skip


def filters_in_words(statement: Statement) -> tuple[str, ...]:
    """One sentence part for each condition, in the statement's order; one that is not plain stays SQL."""
    found = (said[:MAX_CHARACTERS] for _, said in conditions_in_words(statement))
    return tuple(dict.fromkeys(found))[:MAX_FILTERS]


def conditions_in_words(statement: Statement) -> Iterator[tuple[str, str]]:
    """Of each condition the term that it is about, empty where that is no plain column, and the condition itself."""
    for block in statement.blocks:
        for clause in ("where", "having"):
            for one in conjuncts(block.select.args.get(clause)):
                if not _is_join(one):
                    yield _subject(one, block), _said(one, block)


def _subject(condition: exp.Expr, block: Block) -> str:
    first = condition.find(exp.Column)
    return "" if first is None else _term(first, block)


def _is_join(condition: exp.Expr) -> bool:
    sides = [column_of(condition.this), column_of(condition.expression)] if isinstance(condition, exp.EQ) else []
    return len([side for side in sides if side is not None]) == 2


def _said(condition: exp.Expr, block: Block) -> str:
    if isinstance(condition, exp.Is) and isinstance(condition.expression, exp.Null):
        return f"{_term(condition.this, block)} is {'known' if condition.args.get('negate') else 'empty'}"
    if isinstance(condition, exp.Between):
        low, high = (_term(condition.args[name], block) for name in ("low", "high"))
        return f"{_term(condition.this, block)} is from {low} to {high}"
    if isinstance(condition, exp.In) and condition.expressions:
        values = ", ".join(_term(one, block) for one in condition.expressions)
        return f"{_term(condition.this, block)} is one of {values}"
    if (said := _SAID.get(type(condition))) is not None and not condition.find(exp.Select):
        return f"{_term(condition.this, block)} {said} {_term(condition.expression, block)}"
    return in_words(condition, block)


def _term(node: exp.Expr, block: Block) -> str:
    column = column_of(node)
    if column is not None:
        table = block.table_of(column)
        name = table.name if table is not None else column.table
        return f"{name}.{column.name}" if name else column.name
    literal = constant_of(node)
    if literal is not None and not isinstance(node, exp.Neg):
        return f"“{literal.name}”" if literal.is_string else literal.name
    return in_words(node, block)


def in_words(node: exp.Expr, block: Block) -> str:
    """SQL for people: without quotes around names, and with tables' names in the place of aliases, but for those of a
    table that is joined with itself."""
    copy = node.copy()
    times = Counter(relation.name for relation in block.relations.values())
    for column in copy.find_all(exp.Column):
        relation = block.relations.get(column.table)
        if relation is not None and relation.table is not None and times[relation.name] == 1:
            column.set("table", exp.to_identifier(relation.table.name))
        elif len(block.relations) == 1:
            column.set("table", None)
    for identifier in copy.find_all(exp.Identifier):
        identifier.set("quoted", False)
    return copy.sql(dialect=block.dialect)
