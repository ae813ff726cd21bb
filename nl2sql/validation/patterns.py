"""Patterns that make a matcher backtrack: few wildcards in LIKE, no nested repetition in a regular expression."""

import re
from collections.abc import Iterable

from sqlglot import exp

from nl2sql.dialects.function_traits import LIKE_PATTERNS, PATTERNS
from nl2sql.validation.verdict import Violation

MAX_WILDCARDS = 8
MAX_PATTERN = 500
MAX_REPEAT = 255
"""PostgreSQL's own limit (DUPMAX)."""


_MATCHES = (exp.Like, exp.ILike, exp.Glob, exp.SimilarTo, exp.RegexpLike, exp.RegexpILike, exp.Anonymous)


def patterns(nodes: Iterable[exp.Expr]) -> tuple[Violation, ...]:
    """Patterns among `nodes` that could take time out of all proportion to their length."""
    found: list[Violation] = []
    for node in (node for node in nodes if isinstance(node, _MATCHES)):
        pattern, regular = _pattern(node)
        if pattern is not None and not _safe(pattern, regular=regular):
            found.append(
                Violation.at(
                    node,
                    code="pattern",
                    message="This pattern has too many wildcards, nested repetition or a back reference.",
                    hint="Use a simpler pattern, for example '%word%'.",
                )
            )
    return tuple(found)


def _pattern(node: exp.Expr) -> tuple[exp.Expr | None, bool]:
    """The pattern of `node`, and whether it is a regular expression."""
    if isinstance(node, exp.Anonymous):
        name = node.name.lower()
        position = PATTERNS.get(name, LIKE_PATTERNS.get(name))
        if position is None or len(node.expressions) <= position:
            return None, False
        return node.expressions[position], name in PATTERNS
    regular = isinstance(node, exp.SimilarTo | exp.RegexpLike | exp.RegexpILike)
    pattern = node.expression
    return (pattern.this if isinstance(pattern, exp.Escape) else pattern), regular


def _safe(pattern: exp.Expr, *, regular: bool) -> bool:
    text = "".join(part.this for part in pattern.find_all(exp.Literal, exp.ByteString) if _is_text(part))
    if len(text) > MAX_PATTERN:
        return False
    return _repetition_is_flat(text) if regular else len(re.findall(r"[%*]+", text)) <= MAX_WILDCARDS


def _is_text(part: exp.Expr) -> bool:
    return isinstance(part, exp.ByteString) or bool(part.args.get("is_string"))


def _repetition_is_flat(text: str) -> bool:
    """No repeated group that itself repeats, no `{n}` beyond the cap, no back reference."""
    if re.search(r"\\[1-9]", text) or any(int(count) > MAX_REPEAT for count in re.findall(r"\{,?(\d{1,9})", text)):
        return False
    plain = re.sub(r"\\.|\[\^?\]?[^\]]*\]", "x", text)
    repeats = [False]
    for position, sign in enumerate(plain):
        if sign == "(":
            repeats.append(False)
        elif sign == ")" and len(repeats) > 1:
            inside = repeats.pop()
            repeated = plain[position + 1 : position + 2] in {"*", "+", "{"}
            if inside and repeated:
                return False
            repeats[-1] = repeats[-1] or inside or repeated
        elif sign in "*+{":
            repeats[-1] = True
    return True
