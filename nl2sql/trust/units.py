"""Amounts of several currencies or units that are added up, where names and comments tell. Pure."""

import re
from collections.abc import Iterator, Mapping

from sqlglot import exp

from nl2sql.trust.check import Check, failed, passed, undetermined
from nl2sql.trust.facts import KnownValues
from nl2sql.trust.statement import Block, Statement, own_nodes
from schema_index.schema import Column, Table
from schema_index.words import identifier_words

NAME = "units"

_CURRENCY = frozenset({"currency", "unit", "uom"})
_MONEY = frozenset(
    {
        *("amount", "price", "cost", "total", "revenue", "fee", "salary", "value", "balance", "payment", "paid"),
        *("sales", "budget", "charge", "quantity", "weight"),
    }
)
_UNITS = {
    "cents": "cents", "cent": "cents", "pence": "cents", "dollars": "dollars", "usd": "dollars", "euros": "euros",
    "euro": "euros", "eur": "euros", "gbp": "pounds sterling", "jpy": "yen", "yen": "yen", "percent": "percent",
    "percentage": "percent", "seconds": "seconds", "milliseconds": "milliseconds", "minutes": "minutes",
    "hours": "hours", "days": "days", "kilograms": "kilograms", "kg": "kilograms", "grams": "grams",
    "kilometers": "kilometres", "kilometres": "kilometres", "km": "kilometres", "miles": "miles", "meters": "metres",
    "metres": "metres", "feet": "feet", "celsius": "degrees Celsius", "fahrenheit": "degrees Fahrenheit",
}  # fmt: skip
_WORDS = re.compile(r"[a-z]+")


def units(statement: Statement, *, values: Mapping[str, KnownValues]) -> Check | None:
    """None where nothing is added whose unit is told."""
    looked = False
    for block in statement.blocks:
        for left, right in _added(block):
            looked = True
            if left[1] != right[1]:
                return failed(NAME, f"{left[0]} is in {left[1]} and {right[0]} in {right[1]}: they cannot be added.")
        for amount, unit in _summed(block):
            looked = True
            known = values.get(unit)
            if known is None or not known.is_whole:
                return undetermined(NAME, f"{amount} is added up over all of {unit}: it may hold several.")
            if len(known.texts) > 1:
                return failed(
                    NAME, f"{amount} is added up over {len(known.texts)} values of {unit} as if they were one."
                )
    return passed(NAME, "What is added up is of one unit.") if looked else None


def unit_columns(statement: Statement) -> tuple[str, ...]:
    """Columns whose values the check needs, `schema.table.column`."""
    return tuple(dict.fromkeys(unit for block in statement.blocks for _, unit in _summed(block)))


def _added(block: Block) -> Iterator[tuple[tuple[str, str], tuple[str, str]]]:
    for node in own_nodes(block.select, exp.Expr):
        if isinstance(node, exp.Add | exp.Sub | exp.GT | exp.LT | exp.GTE | exp.LTE | exp.EQ):
            left, right = _told(node.this, block), _told(node.args.get("expression"), block)
            if left and right:
                yield left, right


def _told(node: exp.Expr | None, block: Block) -> tuple[str, str] | None:
    """(column, unit) of a column whose comment or name tells one unit."""
    if isinstance(node, exp.Sum | exp.Avg | exp.Min | exp.Max | exp.Paren):
        node = node.this
    stored = block.stored(node)
    if stored is None or stored[1].kind not in ("integer", "number"):
        return None
    table, column = stored
    words = _WORDS.findall(f"{column.comment} {identifier_words(column.name)}".lower())
    found = {_UNITS[word] for word in words if word in _UNITS}
    return (f"{table.qualified_name}.{column.name}", found.pop()) if len(found) == 1 else None


def _summed(block: Block) -> Iterator[tuple[str, str]]:
    """(amount, column that tells its unit) where rows of several units are added up."""
    for node in (*own_nodes(block.select, exp.Sum), *own_nodes(block.select, exp.Avg)):
        for column in node.find_all(exp.Column):
            stored = block.stored(column)
            if stored is None or not _is_amount(stored[1]):
                continue
            for unit in _beside(stored[0]):
                place = (column.table, unit.name)
                if place not in block.fixed | block.grouped and not _is_mentioned(node, unit):
                    name = stored[0].qualified_name
                    yield f"{name}.{stored[1].name}", f"{name}.{unit.name}"


def _is_amount(column: Column) -> bool:
    words = set(identifier_words(column.name).split()) | set(_WORDS.findall(column.comment.lower()))
    return column.kind in ("integer", "number") and bool(words & _MONEY)


def _beside(table: Table) -> Iterator[Column]:
    for column in table.columns:
        words = identifier_words(column.name).split()
        if column.kind == "text" and words and (words[-1] in _CURRENCY or words[:1] == ["currency"]):
            yield column


def _is_mentioned(node: exp.Expr, unit: Column) -> bool:
    """A CASE on the unit within the sum takes care of it."""
    return any(column.name == unit.name for column in node.find_all(exp.Column))
