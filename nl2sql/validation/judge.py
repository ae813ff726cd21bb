"""The guard as it is for whoever asks: over what they see, with what their policy asks of a statement. Pure."""

from collections.abc import Mapping

from nl2sql.validation.restrictions import Restrictions
from nl2sql.validation.validate import validate
from nl2sql.validation.verdict import Verdict
from schema_index.access.policy import Access
from tenants.attributes import AttributeValue

UNRUN = 1_000
"""Rows that the guard is told where its word is all that is wanted: what runs gets the asker's own limit."""


def judge(sql: str, *, access: Access, attributes: Mapping[str, AttributeValue], row_limit: int = UNRUN) -> Verdict:
    """`attributes` are what is known of the asker."""
    restrictions = Restrictions(
        whole=access.whole,
        limited=access.limited,
        row_rules=access.row_rules,
        attributes=attributes,
        min_group=access.min_group,
    )
    return validate(sql, schema=access.visible, row_limit=row_limit, restrictions=restrictions)
