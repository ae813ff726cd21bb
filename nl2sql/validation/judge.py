"""The guard as it is for whoever asks: over what they see, with what their policy asks of a statement. Pure."""

from collections.abc import Mapping
from dataclasses import replace

from sqlglot import exp

from nl2sql.validation.render import render
from nl2sql.validation.restrict import restrict
from nl2sql.validation.validate import TOO_DEEP, settled
from nl2sql.validation.verdict import Accepted, Rejected, Verdict, Violation
from schema_index.access.column_access import having
from schema_index.access.policy import Access
from tenants.attributes import AttributeValue

UNRUN = 1_000
"""Rows that the guard is told where its word is all that is wanted: what runs gets the asker's own limit."""


def judge(sql: str, *, access: Access, attributes: Mapping[str, AttributeValue], row_limit: int = UNRUN) -> Verdict:
    """What passes is bound to the policy, and the bound text goes through the whole guard once more. `attributes` are
    what is known of the asker. Never raises, whatever the text."""
    try:
        seen = settled(sql, schema=access.visible, row_limit=row_limit)
        if isinstance(seen, Rejected):
            return seen
        return _bound(*seen, access, attributes) if _is_limited(seen[1], access) else seen[1]
    except RecursionError:
        return TOO_DEEP


def _is_limited(accepted: Accepted, access: Access) -> bool:
    masked = (name.rpartition(".")[0] for name in having("masked", access.limited))
    limits_tables = {*access.row_rules, *masked}
    return not (limits_tables.isdisjoint(accepted.tables) and access.limited.keys().isdisjoint(accepted.columns))


def _bound(tree: exp.Query, accepted: Accepted, access: Access, attributes: Mapping[str, AttributeValue]) -> Verdict:
    if found := restrict(tree, tables=accepted.tables, access=access, attributes=attributes):
        return Rejected(violations=found)
    text = render(tree, dialect=accepted.dialect)
    if isinstance(text, Violation):
        return _without_names(text)
    bound = settled(text, schema=access.whole, row_limit=accepted.row_limit)
    if isinstance(bound, Rejected):
        return _without_names(bound.violations[0])
    return replace(
        accepted,
        sql=bound[1].sql,
        stated=accepted.sql,
        limited_tables=tuple(table for table in accepted.tables if table in access.row_rules),
        limited_columns={column: access.limited[column] for column in accepted.columns if column in access.limited},
    )


def _without_names(violation: Violation) -> Rejected:
    """Why a bound text was refused may name what its reader may not see."""
    finding = replace(
        violation,
        message="With the policy of this data source put into it, the statement is more than the guard lets through.",
        hint="Read fewer tables at once.",
        place="",
    )
    return Rejected(violations=(finding,))
