"""The guard's answer is a value: a statement that may run, or the reasons why none may."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlglot import exp

from nl2sql.validation.place import place
from schema_index.access.column_access import ColumnAccess
from schema_index.schema import Dialect


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One broken rule. `code` names the rule; `hint` says what to write instead, for a person or a model."""

    code: str
    message: str
    hint: str = ""
    place: str = ""

    @classmethod
    def at(cls, node: exp.Expr, *, code: str, message: str, hint: str = "") -> "Violation":
        return cls(code=code, message=message, hint=hint, place=place(node))


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """The one text that may run, rendered from the validated tree.

    `tables` are `schema.table`, `columns` `schema.table.column`, as the catalogue spells them, sorted.
    The statement returns at most `row_limit` rows. Of `limited_tables` a policy lets only some rows through, of
    `limited_columns` only what each is said to be. Where it does, `stated` is the
    statement as it was before: `sql` names what the policy itself rests on, which may be hidden from whoever reads it.
    """

    sql: str
    dialect: Dialect
    tables: tuple[str, ...]
    columns: tuple[str, ...]
    row_limit: int
    limited_tables: tuple[str, ...] = ()
    limited_columns: Mapping[str, ColumnAccess] = field(default_factory=dict)
    stated: str = ""

    @property
    def shown(self) -> str:
        """The text for people and models."""
        return self.stated or self.sql


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    violations: tuple[Violation, ...]


Verdict = Accepted | Rejected
