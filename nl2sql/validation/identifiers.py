"""How a dialect reads a name: fold it once, quote everything, compare exact text from then on."""

from collections.abc import Iterable

from sqlglot import exp

from nl2sql.dialects.registry import facts_of
from nl2sql.validation.verdict import Violation
from schema_index.schema import Dialect

TO_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


def identifiers(nodes: Iterable[exp.Expr], *, dialect: Dialect) -> tuple[Violation, ...]:
    """Fold and quote every name among `nodes` in place; names that the engine would cut are refused."""
    facts = facts_of(dialect)
    found: list[Violation] = []
    for node in nodes:
        is_called = isinstance(node.parent, exp.Anonymous) and node.arg_key == "this"
        if is_called or not isinstance(node, exp.Identifier):
            continue
        if not node.args.get("quoted"):
            if facts.quoted_names_are_exact:
                node.set("this", node.name.translate(TO_LOWER))
            node.set("quoted", True)
        if len(node.name.encode()) > facts.max_identifier_bytes:
            found.append(
                Violation.at(
                    node,
                    code="name_too_long",
                    message=f"A name is longer than {facts.max_identifier_bytes} bytes.",
                    hint="Use a shorter alias.",
                )
            )
    return tuple(found)
