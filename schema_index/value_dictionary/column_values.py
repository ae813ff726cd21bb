"""All stored values of a few columns, and whether the dictionary holds every one of theirs."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Q

from schema_index.models import ColumnValue, DataSource, VocabularyGap
from schema_index.schema import MAX_ENUM_VALUES, DatabaseSchema
from schema_index.value_dictionary.values import MAX_DISTINCT, may_be_kept

MAX_COLUMNS = 12

Name = tuple[str, str, str]


def column_values(
    names: Collection[str], *, source_id: UUID, schema: DatabaseSchema
) -> Mapping[str, tuple[frozenset[str], bool]]:
    """For each of `names` (`schema.table.column`) that is in `schema`, which holds only what may be told: its values,
    and whether these are all. Columns without a dictionary are left out. Needs an open scope; three queries at most.
    """
    wanted = _places(names, schema)
    if not wanted:
        return {}
    source = DataSource.objects.only("index_values", "values_excluded", "values_included").get(id=source_id)
    found: dict[str, set[str]] = {}
    whole = {name: _may_be_whole(source, place, schema) for name, place in wanted.items()}
    chosen = Q()
    for place in wanted.values():
        chosen |= Q(schema=place[0], table=place[1], column=place[2])
    rows = ColumnValue.objects.filter(chosen, source_id=source_id).values_list("schema", "table", "column", "text")
    for schema_name, table, column, text in rows[: MAX_DISTINCT * MAX_COLUMNS]:
        found.setdefault(f"{schema_name}.{table}.{column}", set()).add(text)
    for place in VocabularyGap.objects.filter(chosen, source_id=source_id).values_list("schema", "table", "column"):
        whole[".".join(place)] = False
    known: dict[str, tuple[frozenset[str], bool]] = {}
    for name, (schema_name, table, column) in wanted.items():
        described = schema.by_name[schema_name, table].column(column)
        enumerated = described.enum_values if described is not None else ()
        if enumerated:
            known[name] = (frozenset(enumerated), len(enumerated) < MAX_ENUM_VALUES)
        elif name in found:
            # A column without any value was perhaps never read.
            known[name] = (frozenset(found[name]), whole[name])
    return known


def _places(names: Collection[str], schema: DatabaseSchema) -> dict[str, Name]:
    asked = frozenset(names)
    found = {
        f"{table.qualified_name}.{column.name}": (table.schema, table.name, column.name)
        for table in schema.tables
        for column in table.columns
        if f"{table.qualified_name}.{column.name}" in asked
    }
    return dict(list(found.items())[:MAX_COLUMNS])


def _may_be_whole(source: DataSource, place: Name, schema: DatabaseSchema) -> bool:
    """Views' and tables' values are kept alike, if the source's settings allow it."""
    table = schema.by_name[place[0], place[1]]
    column = table.column(place[2])
    name = ".".join(place)
    return (
        source.index_values
        and name not in source.values_excluded
        and column is not None
        and may_be_kept(table, column, included=source.values_included)
    )
