"""A question back that has only one answer: where all its choices give one statement, that statement. Pure."""

from collections.abc import Callable

import sqlglot
from sqlglot import exp

from nl2sql.generation.base import Clarify, Draft
from nl2sql.validation.verdict import Accepted, Verdict


def settled(clarify: Clarify, *, judge: Callable[[str], Verdict], generator: str) -> Draft | Clarify:
    """The draft that every choice comes to, with that said as an assumption; otherwise the question as it is.

    `judge` is the guard: it writes names, aliases and limits in one way, so that equal statements are equal texts. A
    choice without a statement, or with one that may not run, leaves open what it would give.
    """
    texts = set()
    for choice in clarify.choices:
        verdict = judge(choice.sql) if choice.sql else None
        if not isinstance(verdict, Accepted):
            return clarify
        texts.add(_unnamed(verdict))
    if len(texts) != 1:
        return clarify
    first = clarify.choices[0]
    readings = " and ".join(f"“{one.text}”" for one in clarify.choices)
    return Draft(
        sql=first.sql,
        generator=generator,
        interpreted_as=first.reading,
        assumptions=(f"It makes no difference here: {readings} give the same statement.",),
        usage=clarify.usage,
    )


def _unnamed(accepted: Accepted) -> str:
    """Without the names that the outermost columns are given: readings name one sum differently. Where there is an
    order, which may go by such a name, they stay."""
    tree = sqlglot.parse_one(accepted.shown, dialect=accepted.dialect)
    if isinstance(tree, exp.Select) and not tree.args.get("order"):
        tree.set("expressions", [one.unalias() for one in tree.expressions])
    return tree.sql(dialect=accepted.dialect)
