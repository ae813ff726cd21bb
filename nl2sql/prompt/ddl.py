"""Tables as compact DDL, the form of a schema that models have read most of. Pure.

All names, types, comments and values are stored text: cleaned here, fenced by the caller.
"""

import re
from collections.abc import Collection, Mapping, Sequence

from nl2sql.prompt.sanitize import clean, one_line
from schema_index.schema import Column, DatabaseSchema, Dialect, ForeignKey, Table

_MAX_NAME = 200
_MAX_TYPE = 80
_MAX_COMMENT = 200
_MAX_VALUE = 80
_MAX_VALUES = 8

_PLAIN_NAME: dict[Dialect, re.Pattern[str]] = {
    "postgres": re.compile(r"[a-z_][a-z0-9_]*"),  # folds the rest to lower case
    "mysql": re.compile(r"[A-Za-z_][A-Za-z0-9_]*"),
    "sqlite": re.compile(r"[A-Za-z_][A-Za-z0-9_]*"),
    "duckdb": re.compile(r"[A-Za-z_][A-Za-z0-9_]*"),
}
_RESERVED_WORDS = """
add all alter analyse analyze and any array as asc asymmetric at between binary both by call case cast change
character check collate column condition constraint convert create cross cube current_date current_time
current_timestamp current_user database databases default deferrable delete desc describe distinct div do drop each
else end except exists explain false fetch for foreign from full function grant group groups having if in index
initially inner insert int integer intersect interval into is join key keys kill lambda lateral leading left like
limit lines load lock match natural not null of offset on only optimize option or order outer over partition pivot
pivot_longer pivot_wider placing precision primary procedure qualify range rank read recursive references release
rename repeat replace require resignal restrict return returning revoke right row rows schema schemas select
session_user set show signal some sql summarize symmetric system table then to trailing trigger true union unique
unlock unpivot update usage use user using values variadic when where window with write
"""
"""Reserved in at least one of the dialects."""
_RESERVED = frozenset(_RESERVED_WORDS.split())


def quoted(name: str, *, dialect: Dialect) -> str:
    """The name as a statement of this dialect must spell it."""
    name = clean(name, max_characters=_MAX_NAME).replace("\n", " ")
    if _PLAIN_NAME[dialect].fullmatch(name) and name.lower() not in _RESERVED:
        return name
    mark = "`" if dialect == "mysql" else '"'
    return mark + name.replace(mark, mark * 2) + mark


def table_name(schema: str, name: str, *, within: DatabaseSchema) -> str:
    """Without its schema in the default one, as the guard resolves it."""
    parts = (name,) if schema == within.default_schema else (schema, name)
    return ".".join(quoted(part, dialect=within.dialect) for part in parts)


def table_ddl(
    table: Table,
    *,
    within: DatabaseSchema,
    neighbours: Collection[tuple[str, str]],
    values: Mapping[str, Sequence[str]],
    columns: Collection[str] | None = None,
    marks: Mapping[str, str] | None = None,
    terse: bool = False,
) -> str:
    """One CREATE statement with keys, comments and the stored values that the question names.

    `neighbours` are the (schema, name) of all tables in the prompt: keys to others lead nowhere and are left out.
    `values` holds stored values by column name; `columns` limits which columns are shown, None shows all; `terse`
    leaves comments out. `marks` say of columns, by name, how their use is limited.
    """
    shown = [column for column in table.columns if columns is None or column.name in columns]
    lines = [
        (
            _definition(column, table, dialect=within.dialect),
            _remark(column, values.get(column.name, ()), mark=(marks or {}).get(column.name, ""), terse=terse),
        )
        for column in shown
    ]
    names = {column.name for column in shown}
    lines += [(constraint, "") for constraint in _constraints(table, within=within, neighbours=neighbours, shown=names)]
    hidden = len(table.columns) - len(shown)
    remark = "" if terse else one_line(table.comment, max_characters=_MAX_COMMENT)
    head = (
        f"CREATE {'TABLE' if table.kind == 'table' else 'VIEW'} {table_name(table.schema, table.name, within=within)} ("
    )
    tail = f");  -- {hidden} more columns are not shown" if hidden else ");"
    return "\n".join([_with_remark(head, remark), *_body(lines), tail]) + "\n"


def _definition(column: Column, table: Table, *, dialect: Dialect) -> str:
    parts = [quoted(column.name, dialect=dialect), one_line(column.type, max_characters=_MAX_TYPE)]
    if table.primary_key == (column.name,):
        parts.append("PRIMARY KEY")
    elif not column.nullable:
        parts.append("NOT NULL")
    if (column.name,) in table.unique_keys:
        parts.append("UNIQUE")
    return " ".join(part for part in parts if part)


def _remark(column: Column, values: Sequence[str], *, mark: str, terse: bool) -> str:
    comment = "" if terse else one_line(column.comment, max_characters=_MAX_COMMENT)
    parts = (mark, comment, _listed("one of", column.enum_values), _listed("stored values", values))
    return "; ".join(part for part in parts if part)


def _listed(label: str, values: Sequence[str]) -> str:
    literals = ", ".join(_literal(value) for value in values[:_MAX_VALUES])
    return f"{label}: {literals}{', …' if len(values) > _MAX_VALUES else ''}" if literals else ""


def _literal(value: str) -> str:
    escaped = one_line(value, max_characters=_MAX_VALUE).replace("'", "''")
    return f"'{escaped}'"


def _constraints(
    table: Table, *, within: DatabaseSchema, neighbours: Collection[tuple[str, str]], shown: Collection[str]
) -> list[str]:
    def names(columns: Sequence[str]) -> str:
        return ", ".join(quoted(column, dialect=within.dialect) for column in columns)

    def leads_somewhere(key: ForeignKey) -> bool:
        return (key.target_schema, key.target_table) in neighbours and set(key.columns) <= set(shown)

    found = [f"PRIMARY KEY ({names(table.primary_key)})"] if len(table.primary_key) > 1 else []
    found += [f"UNIQUE ({names(key)})" for key in table.unique_keys if len(key) > 1 and set(key) <= set(shown)]
    for key in table.foreign_keys:
        if leads_somewhere(key):
            target = table_name(key.target_schema, key.target_table, within=within)
            found.append(f"FOREIGN KEY ({names(key.columns)}) REFERENCES {target} ({names(key.target_columns)})")
    return found


def _body(lines: Sequence[tuple[str, str]]) -> list[str]:
    last = len(lines) - 1
    return [
        _with_remark(f"  {text}{',' if place < last else ''}", remark) for place, (text, remark) in enumerate(lines)
    ]


def _with_remark(line: str, remark: str) -> str:
    return f"{line}  -- {remark}" if remark else line
