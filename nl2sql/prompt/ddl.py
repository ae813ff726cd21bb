"""Tables as compact DDL, the form of a schema that models have read most of. Pure.

All names, types, comments and values are stored text: cleaned here, fenced by the caller.
"""

from collections.abc import Collection, Mapping, Sequence

from nl2sql.dialects.registry import facts_of
from nl2sql.dialects.standard import RESERVED_WORDS
from nl2sql.prompt.sanitize import clean, one_line
from schema_index.schema import Column, DatabaseSchema, Dialect, ForeignKey, Table

_MAX_NAME = 200
_MAX_TYPE = 80
_MAX_COMMENT = 200
_MAX_VALUE = 80
_MAX_VALUES = 8


def quoted(name: str, *, dialect: Dialect) -> str:
    """The name as a statement of this dialect must spell it."""
    facts = facts_of(dialect)
    name = clean(name, max_characters=_MAX_NAME).replace("\n", " ")
    if facts.plain_name.fullmatch(name) and name.lower() not in RESERVED_WORDS:
        return name
    return facts.name_mark + name.replace(facts.name_mark, facts.name_mark * 2) + facts.name_mark


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
