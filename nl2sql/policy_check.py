"""What the guard says of a policy's row rules before the policy is saved."""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlglot import exp

from nl2sql.validation.row_rule import ATTRIBUTE, row_rule
from nl2sql.validation.verdict import Violation
from schema_index.access.policy import Policy, PolicyInvalid
from schema_index.schema import DatabaseSchema
from tenants.attributes import AttributeValue


class _AnyAttribute(Mapping[str, AttributeValue]):
    """Every attribute is known: whether a person has it is asked when they ask."""

    def __getitem__(self, name: str) -> AttributeValue:
        return "1"

    def __iter__(self) -> Iterator[str]:
        return iter(())

    def __len__(self) -> int:
        return 0


def check_row_rules(*, policy: Policy, schema: DatabaseSchema, **_: Any) -> None:
    """Raises PolicyInvalid with the guard's own words. `schema` is whole: a rule may rest on what is hidden."""
    tables = {table.qualified_name: table for table in schema.tables}
    for name, rule in policy.row_rules.items():
        condition = row_rule(rule, table=tables[name], schema=schema, attributes=_AnyAttribute())
        if isinstance(condition, Violation):
            raise PolicyInvalid(condition.message)
        if isinstance(condition, exp.Boolean):
            raise PolicyInvalid(
                f"In the row rule of {name}, {ATTRIBUTE} takes one name in quotes: {ATTRIBUTE}('region')."
            )
