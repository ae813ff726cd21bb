"""Whether a join multiplies the rows that an aggregate counts or sums, decided from declared keys. Pure.

A relation is *determined* by another when one of its keys is among the columns that the other's row fixes. What is
not determined may come several times for each row of what is summed.
"""

import re
from collections.abc import Collection, Iterable

from sqlglot import exp

from nl2sql.trust.check import Check, failed, listed, passed, undetermined
from nl2sql.trust.join_columns import refers
from nl2sql.trust.joined_use import is_used
from nl2sql.trust.question_words import names_in
from nl2sql.trust.statement import Block, Place, Relation, Statement, own_nodes

NAME = "grain"

_COUNTED = re.compile(
    r"\b(?:how many|number of|count of|count)\s+(?:(?:all|the|of|different|distinct|total|number)\s+)*"
    r"([\w-]+(?:\s+[\w-]+)?)"
)
"""What a question counts: the two words that follow."""


def grain(statement: Statement, *, question: str = "") -> Check | None:
    """None where nothing that is joined is aggregated and no join is without use."""
    findings: list[Check] = []
    looked = False
    for block in statement.blocks:
        if len(block.relations) > 1:
            aggregates = _aggregates(block)
            looked = looked or bool(aggregates)
            findings += [finding for one in aggregates if (finding := _judged(one, block, question))]
    if findings:
        return next((finding for finding in findings if finding.repair), findings[0])
    return passed(NAME, "No join multiplies the rows that are counted or summed.") if looked else None


def _certain(detail: str) -> Check:
    return failed(NAME, detail, repair=f"{detail} Aggregate before joining, or test with EXISTS instead of a join.")


def _aggregates(block: Block) -> list[exp.AggFunc]:
    """Those whose value depends on how often a row comes."""
    return [
        node
        for kind in (exp.Sum, exp.Avg, exp.Count)
        for node in own_nodes(block.select, kind)
        if not isinstance(node.this, exp.Distinct) and not isinstance(node.parent, exp.Window | exp.Filter)
    ]


def _judged(aggregate: exp.AggFunc, block: Block, question: str) -> Check | None:
    read = {column.table for column in aggregate.find_all(exp.Column)} & block.relations.keys()
    if isinstance(aggregate, exp.Count):
        counted = read or (set() if block.grouped else _asked_for(block, question))
        return _repeated(aggregate, block, counted, question) or _counted(block) or _counted_often(block, read)
    several = [one for one in block.relations if one not in determined(block, read, block.grouped)]
    if not read or not several:
        return None
    if isinstance(aggregate, exp.Avg) and (finding := _repeated(aggregate, block, read, question)):
        return finding
    what = f"{aggregate.key.upper()} over {listed(tuple(sorted(block.relations[one].name for one in read)))}"
    for alias in several:
        relation = block.relations[alias]
        detail = f"{what} counts a row once for each row of {relation.name} that is joined to it."
        is_free = alias not in {place[0] for place in block.grouped}
        if is_free and relation.keys and _is_certain(aggregate, read, several, block):
            return _certain(detail)
    names = listed(tuple(sorted({block.relations[one].name for one in several})))
    return undetermined(NAME, f"{what} may count a row several times, once for each row of {names}.")


def _asked_for(block: Block, question: str) -> set[str]:
    """The one relation whose rows the question counts, if it says so: what a COUNT(*) should count."""
    found = _COUNTED.search(question.lower())
    named = [
        alias
        for alias, relation in block.relations.items()
        if found and relation.table is not None and names_in(found[1], relation.table.name)
    ]
    return set(named) if len(named) == 1 else set()


def _repeated(aggregate: exp.AggFunc, block: Block, counted: set[str], question: str) -> Check | None:
    """A table that refers to what is counted or averaged, of which neither the statement nor the question makes any
    use, repeats rows and does nothing else. Within groups of one counted row each, its rows may be what is meant."""
    if not counted or counted <= determined(block, set(), block.grouped):
        return None
    own = [table for one in counted if (table := block.relations[one].table)]
    reached = determined(block, counted, block.grouped)
    for alias, relation in block.relations.items():
        table = relation.table
        if alias in reached or table is None or not relation.keys or not any(refers(table, mine) for mine in own):
            continue
        if not is_used(block, alias) and not names_in(question, table.name):
            rows = listed(tuple(sorted(mine.qualified_name for mine in own)))
            return _certain(
                f"{aggregate.key.upper()} takes a row of {rows} once for each row of {relation.name} that is "
                "joined to it, and nothing else of that table is used."
            )
    return None


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


def _counted(block: Block) -> Check | None:
    """Rows are counted: those of the one relation that determines all others, if there is one that is used."""
    if any(determined(block, {one}, block.grouped) == block.relations.keys() for one in block.relations):
        return None
    names = listed(tuple(sorted({relation.name for relation in block.relations.values()})))
    return undetermined(NAME, f"What is counted are combinations of rows of {names}.")


def _counted_often(block: Block, read: set[str]) -> Check | None:
    """A column of one table is counted once for each row of another, and groups do not set its rows apart."""
    several = block.relations.keys() - determined(block, read, block.grouped)
    if not read or not several or read <= determined(block, set(), block.grouped):
        return None
    names = listed(tuple(sorted({block.relations[one].name for one in several})))
    return undetermined(NAME, f"A value is counted once for each row of {names} that goes with it.")


def determined(block: Block, start: Iterable[str], known: Collection[Place] = ()) -> set[str]:
    """Relations of which at most one row goes with one row of each of `start`, given the `known` columns."""
    found = set(start) & block.relations.keys()
    places = {*block.fixed, *known}
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
