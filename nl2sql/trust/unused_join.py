"""A table that is joined and of which nothing is used: it only repeats or drops rows. Pure."""

from sqlglot import exp

from nl2sql.trust.check import Check, passed, undetermined
from nl2sql.trust.grain import determined
from nl2sql.trust.joined_use import is_used
from nl2sql.trust.question_words import names_in
from nl2sql.trust.statement import Statement

NAME = "unused_join"


def unused_join(statement: Statement, *, question: str) -> Check | None:
    """None where nothing is joined. A table that the question names is there to choose by."""
    joined = False
    for block in statement.blocks:
        if len(block.relations) < 2 or _is_compared(block.select):
            continue
        joined = True
        for alias, relation in block.relations.items():
            others = block.relations.keys() - {alias}
            if relation.table is None or is_used(block, alias) or alias in determined(block, others):
                continue
            if not names_in(question, relation.table.name):
                return undetermined(
                    NAME,
                    f"{relation.name} is joined and nothing of it is used: its rows repeat rows, or leave out those "
                    "without one.",
                )
    return passed(NAME, "Every joined table has its use.") if joined else None


def _is_compared(select: exp.Select) -> bool:
    """What is only asked whether a row is among its rows may join a table to say that there is one."""
    parent = select.parent
    return isinstance(parent, exp.Intersect) or (isinstance(parent, exp.Except) and select.arg_key == "expression")
