"""What somebody may see of a data source, and in which form. Pure.

A policy names tables and columns as the catalogue spells them: `schema.table`, `schema.table.column`. Names of tables
and columns may be shell patterns (`public.*`, `*.email`); of several statements about one column the strictest holds.
Row rules name one table each: their predicate is SQL of the source's engine over the table's columns, in which
`attribute('region')` stands for what is known of the person asking.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from fnmatch import fnmatchcase
from typing import Any

from schema_index.access.column_access import STRICTNESS, ColumnAccess
from schema_index.schema import Column, DatabaseSchema, Table
from tenants.domain_error import DomainError

MAX_ENTRIES = 1_000
MAX_RULE_CHARACTERS = 2_000
DEFAULT_MIN_GROUP = 5
MAX_MIN_GROUP = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class TableList:
    """Names or patterns of tables in a policy; `label` and `help` are of the form that policies are written in."""

    label: str
    help: str = ""


TABLE_LISTS = {
    "include_tables": TableList(label="Tables shown", help="Empty shows all. Patterns: public.*"),
    "exclude_tables": TableList(label="Tables hidden"),
}
"""A further one is a field of Policy too."""

_FIELDS = (*TABLE_LISTS, "columns", "row_rules", "min_group")


class PolicyInvalid(DomainError):
    """The policy document is not one: `message` says where, and what to write instead."""

    code = "invalid_request"


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """`include_tables` empty lets all in. `min_group` is the fewest rows that one aggregate of an `aggregate_only`
    column may stand for."""

    include_tables: tuple[str, ...] = ()
    exclude_tables: tuple[str, ...] = ()
    columns: Mapping[str, ColumnAccess] = field(default_factory=dict)
    row_rules: Mapping[str, str] = field(default_factory=dict)
    min_group: int = DEFAULT_MIN_GROUP

    @property
    def digest(self) -> str:
        """Equal digests mean equal policies; part of every key under which something derived is kept."""
        text = json.dumps(policy_to_json(self), sort_keys=True, ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()

    def admits(self, table: str) -> bool:
        included = not self.include_tables or _matches(table, self.include_tables)
        return included and not _matches(table, self.exclude_tables)

    def column_access(self, column: str) -> ColumnAccess:
        """Of `schema.table.column`."""
        found = [access for pattern, access in self.columns.items() if fnmatchcase(column, pattern)]
        return max(found, key=STRICTNESS.index, default="open")


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """A policy applied to one schema. `visible` is all that a question, a model or a statement may name.

    `limited` holds visible columns that are not open by `schema.table.column`, `row_rules` predicates by
    `schema.table`. `whole` is what row rules themselves may refer to. `digest` is the policy's.
    """

    visible: DatabaseSchema
    whole: DatabaseSchema
    limited: Mapping[str, ColumnAccess] = field(default_factory=dict)
    row_rules: Mapping[str, str] = field(default_factory=dict)
    min_group: int = DEFAULT_MIN_GROUP
    digest: str = ""

    @property
    def valued(self) -> DatabaseSchema:
        """The part of `visible` whose stored values may be shown: no limited column, no limited table."""

        def allows(table: Table, column: Column | None) -> bool:
            if column is None:
                return table.qualified_name not in self.row_rules
            return self.column_access(f"{table.qualified_name}.{column.name}") == "open"

        return self.visible.visible(allows=allows)

    def column_access(self, column: str) -> ColumnAccess:
        """Of a visible `schema.table.column`."""
        return self.limited.get(column, "open")


def access_of(policy: Policy, schema: DatabaseSchema, *, hidden: frozenset[str] = frozenset()) -> Access:
    """`hidden` names tables and columns that nobody may see, whatever the policy says."""
    whole = {
        f"{table.qualified_name}.{column.name}": policy.column_access(f"{table.qualified_name}.{column.name}")
        for table in schema.tables
        for column in table.columns
    }

    def allows(table: Table, column: Column | None) -> bool:
        if column is None:
            return table.qualified_name not in hidden and policy.admits(table.qualified_name)
        name = f"{table.qualified_name}.{column.name}"
        return name not in hidden and whole[name] != "hidden"

    visible = schema.visible(allows=allows)
    names = (f"{table.qualified_name}.{column.name}" for table in visible.tables for column in table.columns)
    limited = {name: whole[name] for name in names if whole[name] != "open"}
    tables = {table.qualified_name for table in visible.tables}
    # Limited columns join nothing, so no key that touches one is shown.
    joinable = visible.with_keys(
        allows=lambda table, columns: limited.keys().isdisjoint(".".join((*table, column)) for column in columns)
    )
    return Access(
        visible=_without_estimates(joinable, policy.row_rules),
        whole=schema,
        limited=limited,
        row_rules={table: rule for table, rule in policy.row_rules.items() if table in tables},
        min_group=policy.min_group,
        digest=policy.digest,
    )


def policy_to_json(policy: Policy) -> dict[str, Any]:
    document = asdict(policy)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in document.items()}


def policy_from_json(document: object) -> Policy:
    """Raises PolicyInvalid."""
    if not isinstance(document, dict):
        raise PolicyInvalid("A policy is an object: {" + ", ".join(f'"{name}": …' for name in _FIELDS) + "}.")
    unknown = sorted(str(name) for name in document.keys() - set(_FIELDS))
    if unknown:
        raise PolicyInvalid(f'A policy has no field "{unknown[0][:100]}". Known: {", ".join(_FIELDS)}.')
    min_group = document.get("min_group", DEFAULT_MIN_GROUP)
    if not isinstance(min_group, int) or isinstance(min_group, bool) or not 2 <= min_group <= MAX_MIN_GROUP:
        raise PolicyInvalid(f'"min_group" is a whole number from 2 to {MAX_MIN_GROUP}.')
    columns = _mapping(document, "columns")
    wrong = next((name for name, access in columns.items() if access not in STRICTNESS), None)
    if wrong is not None:
        raise PolicyInvalid(f'"columns" maps each name to one of {", ".join(STRICTNESS)}; "{wrong[:100]}" does not.')
    return Policy(
        **{name: _names(document, name) for name in TABLE_LISTS},
        columns=columns,  # type: ignore[arg-type]  # every value was just found in STRICTNESS
        row_rules=_mapping(document, "row_rules"),
        min_group=min_group,
    )


def _without_estimates(schema: DatabaseSchema, limited: Mapping[str, str]) -> DatabaseSchema:
    """How many rows a table has is told to nobody who may not count them."""
    tables = (
        replace(table, row_estimate=None) if table.qualified_name in limited else table for table in schema.tables
    )
    return replace(schema, tables=tuple(tables))


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def _names(document: Mapping[str, object], name: str) -> tuple[str, ...]:
    value = document.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) and one for one in value):
        raise PolicyInvalid(f'"{name}" is a list of names or patterns: ["public.*"].')
    if len(value) > MAX_ENTRIES:
        raise PolicyInvalid(f'"{name}" has more than {MAX_ENTRIES:,} entries: use patterns.')
    return tuple(value)


def _mapping(document: Mapping[str, object], name: str) -> dict[str, str]:
    value = document.get(name, {})
    if not isinstance(value, dict) or not all(
        isinstance(key, str) and isinstance(text, str) and text.strip() for key, text in value.items()
    ):
        raise PolicyInvalid(f'"{name}" is an object that maps names to text.')
    if len(value) > MAX_ENTRIES or any(len(text) > MAX_RULE_CHARACTERS for text in value.values()):
        raise PolicyInvalid(f'"{name}" may have {MAX_ENTRIES:,} entries of {MAX_RULE_CHARACTERS:,} characters.')
    return dict(value)
