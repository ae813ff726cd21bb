"""The names and types there are, for a statement that used others. Pure; hidden names never come here."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from schema_index.schema import DatabaseSchema, Table

MAX_NAMES = 3
"""Names that are offered for one that does not exist."""
MAX_UNKNOWN = 4
MAX_COLUMNS = 24
"""Columns that are listed in one hint."""

_CUTOFF = 0.6


def closest_names(sql: str, *, schema: DatabaseSchema) -> tuple[str, ...]:
    """At most two hints: tables, then columns, whose names are like those of `sql` that `schema` does not hold. Nothing
    where the text cannot be parsed."""
    try:
        tree = sqlglot.parse_one(sql, dialect=schema.dialect)
    except (SqlglotError, RecursionError):
        return ()
    ctes = {cte.alias.lower() for cte in tree.find_all(exp.CTE)}
    named = list(dict.fromkeys(table.name for table in tree.find_all(exp.Table) if table.name.lower() not in ctes))
    known = [table for name in named for table in _tables(name, schema)]
    missing = [name for name in named if not _tables(name, schema)][:MAX_UNKNOWN]
    like = [table for name in missing for table in _like(name, schema)]
    in_reach = [*known, *like]
    columns = _columns(_unknown_columns(tree, in_reach), in_reach, schema)
    hints = []
    if like:
        hints.append("Tables of a like name: " + "; ".join(_described(table) for table in dict.fromkeys(like)) + ".")
    if columns:
        hints.append("Columns of a like name: " + ", ".join(columns[:MAX_COLUMNS]) + ".")
    return tuple(hints)


def types_of(columns: Iterable[str], *, schema: DatabaseSchema) -> tuple[str, ...]:
    """One hint with the types of `columns` (`schema.table.column`), or none."""
    wanted = set(columns)
    typed = [
        f"{table.qualified_name}.{column.name} {column.type}"
        for table in schema.tables
        for column in table.columns
        if f"{table.qualified_name}.{column.name}" in wanted
    ]
    return ("The columns it reads: " + ", ".join(typed[:MAX_COLUMNS]) + ".",) if typed else ()


def _tables(name: str, schema: DatabaseSchema) -> list[Table]:
    return [table for table in schema.tables if table.name.lower() == name.lower()]


def _like(name: str, schema: DatabaseSchema) -> list[Table]:
    names = sorted({table.name.lower() for table in schema.tables})
    near = get_close_matches(name.lower()[:64], names, n=MAX_NAMES, cutoff=_CUTOFF)
    return [table for one in near for table in _tables(one, schema)][:MAX_NAMES]


def _unknown_columns(tree: exp.Expr, tables: Sequence[Table]) -> list[str]:
    """Names of columns that no table in reach holds and no part of the statement gives to its outputs."""
    given = {column.name.lower() for table in tables for column in table.columns}
    given |= {one.alias.lower() for one in tree.find_all(exp.Alias)}
    given |= {one.name.lower() for alias in tree.find_all(exp.TableAlias) for one in alias.columns}
    written = dict.fromkeys(column.name for column in tree.find_all(exp.Column) if column.name)
    return [name for name in written if name.lower() not in given][:MAX_UNKNOWN]


def _columns(names: Iterable[str], in_reach: Sequence[Table], schema: DatabaseSchema) -> list[str]:
    """For each name the columns in reach that are like it, then those of just this name elsewhere."""
    found: dict[str, None] = {}
    spelled = sorted({column.name.lower() for table in in_reach for column in table.columns})
    for name in names:
        near = get_close_matches(name.lower()[:64], spelled, n=MAX_NAMES, cutoff=_CUTOFF)
        found |= dict.fromkeys(typed for one in near for typed in _typed(one, in_reach)[:MAX_NAMES])
        found |= dict.fromkeys(_typed(name.lower(), schema.tables)[:MAX_NAMES])
    return list(found)


def _typed(name: str, tables: Iterable[Table]) -> list[str]:
    return [
        f"{table.qualified_name}.{column.name} {column.type}"
        for table in tables
        for column in table.columns
        if column.name.lower() == name
    ]


def _described(table: Table) -> str:
    columns = ", ".join(f"{column.name} {column.type}" for column in table.columns[:MAX_COLUMNS])
    more = ", …" if len(table.columns) > MAX_COLUMNS else ""
    return f"{table.qualified_name} ({columns}{more})"
