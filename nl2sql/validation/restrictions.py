"""What a policy asks of a statement besides the names it may use."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from schema_index.access.column_access import ColumnAccess, having
from schema_index.access.policy import DEFAULT_MIN_GROUP
from schema_index.schema import DatabaseSchema
from tenants.attributes import AttributeValue

__all__ = ["AttributeValue", "Restrictions"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Restrictions:
    """`limited` says of `schema.table.column` what it may be; `row_rules` hold predicates by `schema.table`.

    `whole` is the schema that row rules may refer to; `attributes` is what is known of the person asking.
    `min_group` is the fewest rows that an aggregate over an `aggregate_only` column may stand for.
    """

    whole: DatabaseSchema
    limited: Mapping[str, ColumnAccess] = field(default_factory=dict)
    row_rules: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    min_group: int = DEFAULT_MIN_GROUP

    def touches(self, tables: tuple[str, ...], columns: tuple[str, ...]) -> bool:
        """Whether a statement that reads these is restricted at all."""
        return any(name in self.limited for name in columns) or any(
            table in self.row_rules or table in self._with_masked for table in tables
        )

    @property
    def _with_masked(self) -> frozenset[str]:
        return frozenset(name.rpartition(".")[0] for name in having("masked", self.limited))
