"""A resolved statement bound to a policy: groups large enough, rows and values only those allowed."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from sqlglot import exp

from nl2sql.validation.aggregate_only import aggregate_only
from nl2sql.validation.policed_tables import policed_tables
from nl2sql.validation.row_rule import row_rule
from nl2sql.validation.verdict import Violation
from schema_index.access.column_access import having
from schema_index.access.policy import Access
from tenants.attributes import AttributeValue


def restrict(
    tree: exp.Query, *, tables: Collection[str], access: Access, attributes: Mapping[str, AttributeValue]
) -> tuple[Violation, ...]:
    """Bind `tree`, which reads `tables` (`schema.table`), in place; or why it cannot be."""
    aggregated = having("aggregate_only", access.limited)
    if found := aggregate_only(tree, columns=aggregated, schema=access.whole, min_group=access.min_group):
        return found
    conditions: dict[str, exp.Expr] = {}
    for table in access.visible.tables:
        name = table.qualified_name
        if name in tables and name in access.row_rules:
            condition = row_rule(access.row_rules[name], table=table, schema=access.whole, attributes=attributes)
            if isinstance(condition, Violation):
                # Without the reason, which may name what the asker may not see; an administrator reads it where
                # policies are.
                return (replace(condition, message=f"The row rule of {name} cannot be applied."),)
            conditions[name] = condition
    masked = having("masked", access.limited)
    return policed_tables(tree, schema=access.visible, conditions=conditions, masked=masked)
