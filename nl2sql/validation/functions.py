"""Every function, wherever it stands, is on the dialect's list and called by its bare name."""

from collections.abc import Iterable

from sqlglot import exp

from nl2sql.dialects.registry import facts_of
from nl2sql.validation.closest import closest
from nl2sql.validation.verdict import Violation
from schema_index.schema import Dialect


def functions(nodes: Iterable[exp.Expr], *, dialect: Dialect) -> tuple[Violation, ...]:
    """Calls that are refused. Qualified calls never come here: `nodes` lists no `Dot`.

    Calls in the dialect's own grammar (CAST, EXTRACT, TRIM …) are node classes and judged by `nodes`.
    """
    facts = facts_of(dialect)
    allowed = facts.functions
    found: list[Violation] = []
    for call in (node for node in nodes if isinstance(node, exp.Anonymous)):
        name = call.name.lower()  # engines find built-in functions whatever the case
        if name not in allowed or (facts.quoted_names_are_exact and _quoted_otherwise(call, name)):
            found.append(_refused(call, name, allowed))
        elif name != "count" and any(isinstance(argument, exp.Star) for argument in call.expressions):
            found.append(_refused(call, f"{name}(*)", allowed))
    return tuple(found[:10])


def _quoted_otherwise(call: exp.Anonymous, name: str) -> bool:
    """`"LOWER"(x)` is another function in PostgreSQL than `lower(x)`."""
    return isinstance(call.this, exp.Identifier) and call.name != name


def _refused(call: exp.Anonymous, name: str, allowed: frozenset[str]) -> Violation:
    near = closest(name, allowed)
    return Violation.at(
        call,
        code="forbidden_function",
        message=f"The function {name[:64]!r} is not on the list of functions a query may call.",
        hint=f"Did you mean {near}?" if near else "Use a standard aggregate, text, number, date or JSON function.",
    )
