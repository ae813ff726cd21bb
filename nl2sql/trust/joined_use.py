"""Whether a statement uses a table that it joins. Pure."""

from sqlglot import exp

from nl2sql.trust.statement import Block, own_nodes


def is_used(block: Block, alias: str) -> bool:
    """Other than by being joined: by an equality with another relation that holds at the top, or as a link on."""
    linked = {other for left, right in block.equal for mine, other in ((left[0], right[0]), (right[0], left[0]))
              if mine == alias}  # fmt: skip
    if len(linked) > 1:
        return True
    return any(node.table == alias and not _is_link(node, block) for node in own_nodes(block.select, exp.Column))


def _is_link(column: exp.Column, block: Block) -> bool:
    node = column.parent
    if not isinstance(node, exp.EQ):
        return False
    sides = [one for one in (node.this, node.expression) if isinstance(one, exp.Column)]
    return len(sides) == 2 and sides[0].table != sides[1].table and {one.table for one in sides} <= {*block.relations}
