"""Whether a join multiplies the rows that an aggregate counts or sums, decided from declared keys. Pure.

A relation is *determined* by another when one of its keys is among the columns that the other's row fixes. What is
not determined may come several times for each row of what is summed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlglot import exp

from nl2sql.trust.check import Check, failed, listed, passed, undetermined
from nl2sql.trust.join_columns import refers
from nl2sql.trust.statement import Block, Place, Relation, Statement, own_nodes

NAME = "grain"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finding:
    detail: str
    is_certain: bool


def grain(statement: Statement) -> Check | None:
    """None where nothing that is joined is aggregated and no join is without use."""
    findings: list[_Finding] = []
    looked = False
    for block in statement.blocks:
        if len(block.relations) > 1:
            aggregates = _aggregates(block)
            looked = looked or bool(aggregates)
            findings += [finding for one in aggregates if (finding := _judged(one, block))]
    certain = next((finding for finding in findings if finding.is_certain), None)
    if certain is not None:
        repair = f"{certain.detail} Aggregate before joining, or test with EXISTS instead of a join."
        return failed(NAME, certain.detail, repair=repair)
    if findings:
        return undetermined(NAME, findings[0].detail)
    return passed(NAME, "No join multiplies the rows that are counted or summed.") if looked else None


def _aggregates(block: Block) -> list[exp.AggFunc]:
    """Those whose value depends on how often a row comes."""
    return [
        node
        for kind in (exp.Sum, exp.Avg, exp.Count)
        for node in own_nodes(block.select, kind)
        if isinstance(node, exp.AggFunc)
        and not isinstance(node.this, exp.Distinct)
        and not isinstance(node.parent, exp.Window | exp.Filter)
    ]


def _judged(aggregate: exp.AggFunc, block: Block) -> _Finding | None:
    read = {column.table for column in aggregate.find_all(exp.Column)} & block.relations.keys()
    if not read or isinstance(aggregate, exp.Count):
        return _counted(block) if isinstance(aggregate, exp.Count) else None
    grouped = _grouped(block)
    several = [one for one in block.relations if one not in determined(block, read, {*grouped})]
    if not several:
        return None
    what = f"{aggregate.key.upper()} over {listed(tuple(sorted(block.relations[one].name for one in read)))}"
    for alias in several:
        relation = block.relations[alias]
        detail = f"{what} counts a row once for each row of {relation.name} that is joined to it."
        is_free = alias not in {place[0] for place in grouped}
        if is_free and relation.keys and _is_certain(aggregate, read, several, block):
            return _Finding(detail=detail, is_certain=True)
    names = listed(tuple(sorted({block.relations[one].name for one in several})))
    return _Finding(detail=f"{what} may count a row several times, once for each row of {names}.", is_certain=False)


def _is_certain(aggregate: exp.AggFunc, read: set[str], several: list[str], block: Block) -> bool:
    """Two many-sides of one table, each multiplying the other; or a sum over the one side of a declared key, of
    which no row may be meant twice since the many side adds nothing but its number."""
    own = [table for one in read if (table := block.relations[one].table)]
    many = [table for one in several if (table := block.relations[one].table)]
    parents = [relation.table for relation in block.relations.values() if relation.table]
    if any(refers(mine, parent) and refers(other, parent) for mine in own for other in many for parent in parents
           if mine is not other and parent is not mine and not refers(other, mine)):  # fmt: skip
        return True
    return isinstance(aggregate, exp.Sum) and any(refers(other, mine) for mine in own for other in many)


def _counted(block: Block) -> _Finding | None:
    """Rows are counted: those of the one relation that determines all others, if there is one that is used."""
    grouped = {*_grouped(block)}
    whole = [one for one in block.relations if determined(block, {one}, grouped) == block.relations.keys()]
    if not whole:
        names = listed(tuple(sorted({relation.name for relation in block.relations.values()})))
        return _Finding(detail=f"What is counted are combinations of rows of {names}.", is_certain=False)
    return None


def determined(block: Block, start: Iterable[str], known: set[Place] | None = None) -> set[str]:
    """Relations of which at most one row goes with one row of each of `start`, given the `known` columns."""
    found = set(start) & block.relations.keys()
    places = {*block.fixed, *(known or ())}
    while True:
        reach = places | {
            other
            for left, right in block.equal
            for place, other in ((left, right), (right, left))
            if place[0] in found or place in places
        }
        further = {
            alias
            for alias, relation in block.relations.items()
            if alias not in found and _has_key(relation, {column for table, column in reach if table == alias})
        }
        if not further and reach == places:
            return found
        found |= further
        places = reach


def _has_key(relation: Relation, columns: set[str]) -> bool:
    return any(key <= columns for key in relation.keys)


def _grouped(block: Block) -> list[Place]:
    group = block.select.args.get("group")
    places: list[Place] = []
    for one in group.expressions if group is not None else ():
        node = one
        if isinstance(one, exp.Literal) and one.name.isdigit() and int(one.name) <= len(block.select.expressions):
            node = block.select.expressions[int(one.name) - 1].unalias()
        places += [(column.table, column.name) for column in node.find_all(exp.Column)]
    return places
