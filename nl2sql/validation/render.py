"""The one text that may run, printed from the tree: every name quoted, no comment, functions as they were written."""

from sqlglot import ErrorLevel, exp
from sqlglot.errors import SqlglotError

from nl2sql.dialects.registry import facts_of
from nl2sql.validation.verdict import Violation
from schema_index.schema import Dialect


def render(tree: exp.Query, *, dialect: Dialect) -> str | Violation:
    """`tree` as text, or the finding that the dialect has no text for it. What the dialect writes otherwise is written
    otherwise in `tree` too."""
    try:
        return facts_of(dialect).guard.generate(
            tree,
            copy=False,
            identify=True,
            normalize_functions=False,
            comments=False,
            unsupported_level=ErrorLevel.RAISE,
        )
    except (SqlglotError, ValueError, TypeError, AttributeError, LookupError):
        return Violation(
            code="not_in_dialect",
            message=f"Part of the statement does not exist in {dialect}.",
            hint=f"Write it in {dialect} syntax.",
        )
