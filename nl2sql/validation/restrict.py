"""A resolved statement bound to a policy: groups large enough, rows and values only those allowed."""

from sqlglot import exp

from nl2sql.validation.aggregate_only import aggregate_only
from nl2sql.validation.policed_tables import policed_tables
from nl2sql.validation.restrictions import Restrictions
from nl2sql.validation.row_rule import Resolve, row_rule
from nl2sql.validation.verdict import Violation
from schema_index.access.column_access import having
from schema_index.schema import DatabaseSchema, Table


def restrict(
    tree: exp.Query, *, schema: DatabaseSchema, restrictions: Restrictions, resolve: Resolve
) -> exp.Query | tuple[Violation, ...]:
    """`schema` is what the statement could name; `resolve` the guard over `restrictions.whole`. `tree` may change."""
    aggregated = having("aggregate_only", restrictions.limited)
    if found := aggregate_only(tree, columns=aggregated, schema=restrictions.whole, min_group=restrictions.min_group):
        return found
    conditions: dict[str, exp.Expr] = {}
    for table in schema.tables:
        rule = restrictions.row_rules.get(table.qualified_name)
        if rule is None or not _reads(tree, table.schema, table.name):
            continue
        condition = row_rule(
            rule, table=table, dialect=schema.dialect, attributes=restrictions.attributes, resolve=resolve
        )
        if isinstance(condition, Violation):
            return (_inapplicable(table),)
        conditions[table.qualified_name] = condition
    return policed_tables(tree, schema=schema, conditions=conditions, masked=having("masked", restrictions.limited))


def _inapplicable(table: Table) -> Violation:
    """Without the reason, which may name what the asker may not see; an administrator reads it where policies are."""
    return Violation(
        code="row_rule_invalid",
        message=f"The row rule of {table.qualified_name} cannot be applied.",
        hint="An administrator has to mend the policy of this data source.",
    )


def _reads(tree: exp.Query, schema: str, name: str) -> bool:
    return any(table.name == name and table.db == schema for table in tree.find_all(exp.Table))
