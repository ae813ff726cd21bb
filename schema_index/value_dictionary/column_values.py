"""All stored values of a few columns, and whether the dictionary holds every one of theirs."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from functools import reduce
from itertools import islice
from operator import or_
from uuid import UUID

from django.db.models import Q

from schema_index.models import ColumnValue, DataSource, VocabularyGap
from schema_index.schema import MAX_ENUM_VALUES, Column, DatabaseSchema, Table
from schema_index.value_dictionary.values import MAX_DISTINCT, may_be_kept

MAX_COLUMNS = 12


def column_values(
    names: Collection[str], *, source_id: UUID, schema: DatabaseSchema
) -> Mapping[str, tuple[frozenset[str], bool]]:
    """For each of `names` (`schema.table.column`) that is in `schema`, which holds only what may be told: its values,
    and whether these are all. Columns without a dictionary are left out. Needs an open scope; three queries at most.
    """
    wanted = _wanted(frozenset(names), schema)
    if not wanted:
        return {}
    source = DataSource.objects.only("index_values", "values_excluded", "values_included").get(id=source_id)
    columns = wanted.values()
    chosen = reduce(or_, (Q(schema=table.schema, table=table.name, column=column.name) for table, column in columns))
    place = ("schema", "table", "column")
    rows = ColumnValue.objects.filter(chosen, source_id=source_id).values_list(*place, "text")
    found: dict[str, set[str]] = defaultdict(set)
    for *parts, text in rows[: MAX_DISTINCT * MAX_COLUMNS]:
        found[".".join(parts)].add(text)
    gaps = VocabularyGap.objects.filter(chosen, source_id=source_id).values_list(*place)
    cut = {".".join(parts) for parts in gaps} | set(source.values_excluded)
    known: dict[str, tuple[frozenset[str], bool]] = {}
    for name, (table, column) in wanted.items():
        if column.enum_values:
            known[name] = (frozenset(column.enum_values), len(column.enum_values) < MAX_ENUM_VALUES)
        elif name in found:
            # A column without any value was perhaps never read.
            kept = source.index_values and may_be_kept(table, column, included=source.values_included)
            known[name] = (frozenset(found[name]), kept and name not in cut)
    return known


def _wanted(names: frozenset[str], schema: DatabaseSchema) -> dict[str, tuple[Table, Column]]:
    columns = ((table, column) for table in schema.tables for column in table.columns)
    named = ((f"{table.qualified_name}.{column.name}", (table, column)) for table, column in columns)
    return dict(islice((one for one in named if one[0] in names), MAX_COLUMNS))
