"""The checks that look at an answer's facts, in their order, and what people read each check as. Pure."""

from collections.abc import Callable
from dataclasses import dataclass

from nl2sql.trust.check import Check
from nl2sql.trust.date_span import asked_spans, date_span
from nl2sql.trust.facts import Facts
from nl2sql.trust.grain import grain
from nl2sql.trust.join_columns import join_columns
from nl2sql.trust.literals import compared_texts, literals
from nl2sql.trust.question_words import question_words
from nl2sql.trust.second_opinion import second_opinion
from nl2sql.trust.units import units
from nl2sql.trust.unused_join import unused_join


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisteredCheck:
    """`title` is what people read. `run` gives None where the statement holds nothing to look at, and `otherwise` says
    what that was."""

    name: str
    title: str
    run: Callable[[Facts], Check | None]
    otherwise: str


REGISTRY = (
    RegisteredCheck(
        name="question_words",
        title="Nothing of the question is left out",
        run=lambda facts: (
            None
            if facts.every_word_placed
            else question_words(
                facts.statement, question=facts.question, values=facts.question_values, before=facts.before
            )
        ),
        otherwise="every word of the question has its place already",
    ),
    RegisteredCheck(
        name="second_opinion",
        title="A second way of asking agrees",
        run=lambda facts: second_opinion(facts.second),
        otherwise="the composer wrote the statement, or cannot read the question",
    ),
    RegisteredCheck(
        name="join_columns",
        title="Tables are joined where they belong",
        run=lambda facts: join_columns(facts.statement),
        otherwise="no two tables are joined",
    ),
    RegisteredCheck(
        name="grain",
        title="Nothing is counted twice",
        run=lambda facts: grain(facts.statement, question=facts.question),
        otherwise="nothing that is joined is counted or summed",
    ),
    RegisteredCheck(
        name="unused_join",
        title="No table is joined in vain",
        run=lambda facts: unused_join(facts.statement, question=f"{facts.before} {facts.question}"),
        otherwise="nothing is joined",
    ),
    RegisteredCheck(
        name="literals",
        title="Words searched for exist in the data",
        run=lambda facts: literals(compared_texts(facts.statement), values=facts.values),
        otherwise="no text is looked for",
    ),
    RegisteredCheck(
        name="date_span",
        title="Dates lie where there is data",
        run=lambda facts: date_span(asked_spans(facts.statement), spans=facts.spans, today=facts.today),
        otherwise="no plain date is asked for",
    ),
    RegisteredCheck(
        name="units",
        title="Units and currencies fit together",
        run=lambda facts: units(facts.statement, values=facts.values),
        otherwise="nothing is added whose unit or currency is told",
    ),
)

_OTHER_TITLES = {
    "read_only": "Only reads",
    "allowed_data": "Stays within your data",
    "every_word_placed": "Every word has its place",
    "verified_query": "Vouched for by a person",
    "policy": "Limited by policy",
    "agreement": "Other ways of writing it find the same",
    "complete": "The result is complete",
    "has_rows": "There is something to show",
}
"""Of checks that look at more than the facts, or come with the answer."""

TITLES = {one.name: one.title for one in REGISTRY} | _OTHER_TITLES


def title_of(name: str) -> str:
    """Of a check that an older answer holds and none makes any more, its name with spaces."""
    return TITLES.get(name, name.replace("_", " ").capitalize())
