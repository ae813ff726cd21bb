"""Whether tables are joined as their declared relationships say. Pure."""

from collections import defaultdict
from collections.abc import Iterator

from nl2sql.trust.check import Check, Outcome, failed, listed, passed, undetermined
from nl2sql.trust.statement import Block, Statement
from schema_index.schema import ForeignKey, Table
from schema_index.words import identifier_words

NAME = "join_columns"

Pair = tuple[str, str]
_WEIGHT: dict[Outcome, int] = {"passed": 0, "undetermined": 1, "failed": 2}


def join_columns(statement: Statement) -> Check | None:
    """None where no two stored tables are joined."""
    findings = (finding for block in statement.blocks for finding in _of_block(block))
    return max(findings, key=lambda finding: _WEIGHT[finding.outcome], default=None)


def _of_block(block: Block) -> Iterator[Check]:
    joined: dict[tuple[str, str], set[Pair]] = defaultdict(set)
    for left, right in block.equal:
        first, second = sorted((left, right))
        joined[first[0], second[0]].add((first[1], second[1]))
    for (one, other), pairs in joined.items():
        mine, its = block.relations[one].table, block.relations[other].table
        if mine is not None and its is not None and mine is not its:
            yield _judged(mine, its, pairs)


def _judged(left: Table, right: Table, pairs: set[Pair]) -> Check:
    fits = passed(NAME, "Every join follows a declared relationship, or the name of a key.")
    declared = [*_between(left, right), *(frozenset((b, a) for a, b in key) for key in _between(right, left))]
    used = listed(tuple(f"{left.qualified_name}.{a} = {right.qualified_name}.{b}" for a, b in sorted(pairs)))
    if any(key <= pairs for key in declared) or any(_same_target(left, a, right, b) for a, b in pairs):
        return fits
    if not declared and any(_by_name(left, a, right, b) or _by_name(right, b, left, a) for a, b in pairs):
        return fits
    if not declared:
        return undetermined(
            NAME, f"No relationship is declared for {used}: whether these columns belong together is open."
        )
    hint = listed(tuple(f"{left.name}.{a} = {right.name}.{b}" for a, b in sorted(declared[0])))
    if any(key & pairs for key in declared):
        return undetermined(NAME, f"The join on {used} uses only a part of the declared relationship {hint}.")
    detail = f"The tables are joined on {used}, while the declared relationship is {hint}."
    return failed(NAME, detail, repair=f"{detail} Join on the declared columns.")


def _by_name(child: Table, column: str, parent: Table, key: str) -> bool:
    """Without a declared key: `station_id` or `end_station_id` beside the one key `station.id`, or the same name."""
    if (key,) not in (parent.primary_key, *parent.unique_keys):
        return False
    words, target = identifier_words(column), identifier_words(key)
    entity = identifier_words(parent.name)
    return any(
        words == name or words.endswith(f" {name}")
        for name in (target if target != "id" else None, f"{entity} {target}", f"{entity.removesuffix('s')} {target}")
        if name
    )


def _between(owner: Table, target: Table) -> list[frozenset[Pair]]:
    return [
        frozenset(zip(key.columns, key.target_columns, strict=True))
        for key in owner.foreign_keys
        if (key.target_schema, key.target_table) == (target.schema, target.name)
    ]


def _same_target(left: Table, left_column: str, right: Table, right_column: str) -> bool:
    """Two columns that refer to the same column of a third table mean the same thing."""
    return bool(_targets(left, left_column) & _targets(right, right_column))


def _targets(table: Table, column: str) -> set[tuple[str, str, str]]:
    def one(key: ForeignKey) -> Iterator[tuple[str, str, str]]:
        for name, target in zip(key.columns, key.target_columns, strict=True):
            if name == column:
                yield key.target_schema, key.target_table, target

    return {target for key in table.foreign_keys for target in one(key)}


def refers(child: Table, parent: Table) -> bool:
    return bool(_between(child, parent))
