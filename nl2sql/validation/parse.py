"""Exactly one statement, and it is a query."""

from sqlglot import exp
from sqlglot.errors import SqlglotError

from nl2sql.dialects.registry import facts_of
from nl2sql.validation.verdict import Violation
from schema_index.schema import Dialect

_QUERY_ROOTS = (exp.Select, exp.Union, exp.Intersect, exp.Except, exp.Subquery, exp.Values)


def parse(sql: str, *, dialect: Dialect) -> exp.Query | Violation:
    """The tree of the one query in `sql`.

    Whatever the parser does with hostile text (its own errors, its recursion limit, a slip inside it) is a refusal.
    """
    try:
        statements = [
            node for node in facts_of(dialect).guard.parse(sql) if node and not isinstance(node, exp.Semicolon)
        ]
    except RecursionError:
        return Violation(code="too_deep", message="The statement is nested too deeply.", hint="Split it with WITH.")
    except (SqlglotError, ValueError, TypeError, AttributeError, LookupError) as error:
        return Violation(code="syntax_error", message=_explain(error), hint=f"Write one SELECT in {dialect} syntax.")
    if len(statements) != 1:
        return Violation(
            code="multiple_statements",
            message=f"{len(statements)} statements were given; exactly one may be run.",
            hint="Write one SELECT and nothing after it.",
        )
    (root,) = statements
    if not isinstance(root, _QUERY_ROOTS):
        return Violation(code="not_a_query", message="Only a query may be run.", hint="Write one SELECT.")
    return (
        exp.Select(expressions=[exp.Star()], from_=exp.From(this=_rows(root))) if isinstance(root, exp.Values) else root
    )


def _rows(values: exp.Values) -> exp.Subquery:
    """A VALUES list as the derived table that it stands for."""
    return exp.Subquery(this=values, alias=exp.TableAlias(this=exp.Identifier(this="rows", quoted=True)))


def _explain(error: Exception) -> str:
    details = getattr(error, "errors", None)
    if not details:
        return "The statement could not be parsed."
    first = details[0]
    near = str(first.get("highlight") or "")[:40]
    return f"Syntax error at line {first.get('line')}, column {first.get('col')}" + (
        f", near {near!r}." if near else "."
    )
