"""A table that is joined and of which nothing is used: it only repeats or drops rows. Pure."""

from sqlglot import exp

from nl2sql.trust.check import Check, passed, undetermined
from nl2sql.trust.grain import determined
from nl2sql.trust.question_words import names_in
from nl2sql.trust.statement import Block, Statement, own_nodes

NAME = "unused_join"


def unused_join(statement: Statement, *, question: str) -> Check | None:
    """None where nothing is joined. A table that the question names is there to choose by."""
    joined = False
    for block in statement.blocks:
        if len(block.relations) < 2 or _is_set(block.select):
            continue
        joined = True
        for alias, relation in block.relations.items():
            others = block.relations.keys() - {alias}
            if relation.table is None or _is_used(block, alias) or alias in determined(block, others):
                continue
            if not block.select.args.get("distinct") and not names_in(question, relation.table.name):
                return undetermined(
                    NAME,
                    f"{relation.name} is joined and nothing of it is used: each of its rows repeats a row.",
                )
    return passed(NAME, "Every joined table has its use.") if joined else None


def _is_set(select: exp.Select) -> bool:
    """What is only asked whether a row is among its rows does not care how often it comes."""
    return isinstance(select.parent, exp.Except | exp.Intersect | exp.Exists | exp.In) or isinstance(
        select.parent and select.parent.parent, exp.In | exp.Exists
    )


def _is_used(block: Block, alias: str) -> bool:
    """Other than by being joined: by an equality with another relation that holds at the top, or as a link on."""
    linked = {other for left, right in block.equal for mine, other in ((left[0], right[0]), (right[0], left[0]))
              if mine == alias}  # fmt: skip
    if len(linked) > 1:
        return True
    for node in own_nodes(block.select, exp.Column):
        if isinstance(node, exp.Column) and node.table == alias and not _is_link(node, block):
            return True
    return False


def _is_link(column: exp.Column, block: Block) -> bool:
    node = column.parent
    if not isinstance(node, exp.EQ):
        return False
    sides = [one for one in (node.this, node.expression) if isinstance(one, exp.Column)]
    return len(sides) == 2 and sides[0].table != sides[1].table and {one.table for one in sides} <= {*block.relations}
