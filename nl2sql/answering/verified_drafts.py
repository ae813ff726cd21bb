"""Verified queries as what a run makes of them: a draft that a person vouches for, or examples for a prompt. Pure."""

from collections.abc import Callable, Iterable
from itertools import islice

from nl2sql.generation.base import Draft, Example, Vouched
from nl2sql.reuse.closest import MAX_EXAMPLES, closest
from nl2sql.reuse.reuse import Reused, Verified
from nl2sql.validation.verdict import Accepted, Verdict

EXAMPLES_TRIED = 8
"""Verified queries that are offered to the guard for a prompt."""

HEADING = "Questions about this database that people verified the SQL of; yours may differ from each of them"
"""Of the examples, in a prompt."""


def verified_draft(reused: Reused) -> Draft:
    verified = reused.verified
    return Draft(
        sql=reused.sql,
        generator="verified query",
        interpreted_as=verified.question,
        assumptions=tuple(f"With {now} in the place of {before}." for before, now in reused.changed),
        vouched=Vouched(query_id=str(verified.id), by=verified.by, on=verified.at[:10]),
    )


def examples(question: str, *, known: Iterable[Verified], judge: Callable[[str], Verdict]) -> tuple[Example, ...]:
    """Of the likest verified queries those that the asker may run without any restriction: what a policy keeps from
    them may stand in a literal. `judge` is the guard as it is for them."""
    likest = closest(question, known=known)[:EXAMPLES_TRIED]
    allowed = (one for one in likest if isinstance(found := judge(one.sql), Accepted) and not found.stated)
    return tuple(Example(heading=HEADING, question=one.question, sql=one.sql) for one in islice(allowed, MAX_EXAMPLES))
