"""A question to SQL without a language model: every word gets a place, or the question is refused."""

import re

from nl2sql.calendar_spans import Calendar
from nl2sql.follow_up.fragment import is_fragment
from nl2sql.generation.base import Draft, GenerationRequest, Refused
from nl2sql.generation.composer.catalogue import columns_of
from nl2sql.generation.composer.explain import explain
from nl2sql.generation.composer.grammar.grammar import Grammar
from nl2sql.generation.composer.mentions import Chunk, chunk
from nl2sql.generation.composer.plan import CannotPlan, Plan
from nl2sql.generation.composer.planning.columns import Columns
from nl2sql.generation.composer.planning.resolve import Resolver
from nl2sql.generation.composer.render import render
from nl2sql.generation.composer.words import MAX_TOKENS, tokenise
from schema_index.access.column_access import unanswerable

NAME = "composer"
_BOTH_NAMES = re.compile(r"\bfirst(?: name)? and (?:the )?(last) name(s?)\b", re.IGNORECASE)
FOLLOW_UP_NEEDS_MODEL = "Follow-ups need a language model: ask the whole question, or begin a new topic if this is one."
CHOICE_NEEDS_MODEL = "To go on from a choice needs a language model: ask the whole question, in the reading you mean."
MAX_LISTED = 12


def compose(request: GenerationRequest) -> Draft | Refused:
    """Never raises on any question: what cannot be read is refused."""
    if request.clarified:
        return _refused(request, CHOICE_NEEDS_MODEL, ())
    if request.history and is_fragment(request.question):
        return _refused(request, FOLLOW_UP_NEEDS_MODEL, ())
    tokens = tokenise(_BOTH_NAMES.sub(r"first name\2 and last name\2", request.question))
    if not tokens or len(tokens) > MAX_TOKENS:
        return _refused(request, "The question is empty or too long to be read with certainty.", ())
    columns = columns_of(request.schema, masked=unanswerable(request.limited))
    chunks = chunk(tokens, vocabulary=columns.vocabulary, values=request.values)
    while chunks and chunks[-1].has("stop"):
        chunks = chunks[:-1]
    unknown = tuple(dict.fromkeys(piece.text for piece in chunks if not piece.known))
    if unknown:
        listed = ", ".join(f"'{word}'" for word in unknown)
        return _refused(request, f"These words have no place in this database: {listed}.", unknown)
    return _best(request, chunks, columns)


def _best(request: GenerationRequest, chunks: tuple[Chunk, ...], columns: Columns) -> Draft | Refused:
    """By the likeliest reading, or not at all."""
    reading = next(Grammar(chunks).readings(), None)
    if reading is None:
        content = tuple(piece.text for piece in chunks if piece.tables or piece.columns or piece.values)
        return _refused(request, "The sentence has a shape that I cannot read with certainty.", content)
    calendar = Calendar(today=request.today, fiscal_month=request.fiscal_month)
    resolver = Resolver(reading, columns, calendar=calendar)
    try:
        plans = [resolver.plan(root) for root in resolver.roots()]
    except CannotPlan as problem:
        return _refused(request, f"I cannot be certain what is meant: {problem}.", problem.words)
    if len(plans) > 1:
        names = ", ".join(plan.grain[1] for plan in plans)
        return _refused(request, f"The question may be about several tables: {names}.", ())
    return _draft(request, plans[0])


def _draft(request: GenerationRequest, plan: Plan) -> Draft:
    sql = render(plan, dialect=request.schema.dialect, default_schema=request.schema.default_schema)
    notes = list(plan.notes)
    if plan.limit is not None:
        notes.append(f"Where several rows are equal, only {plan.limit} are shown." if plan.limit > 1 else
                     "Where several rows share the first place, one of them is shown.")  # fmt: skip
    return Draft(sql=sql, generator=NAME, interpreted_as=explain(plan), assumptions=tuple(notes))


def _refused(request: GenerationRequest, message: str, missing: tuple[str, ...]) -> Refused:
    tables = [hit.name for hit in request.tables] or [table.name for table in request.schema.tables]
    return Refused(message=message, missing=missing, available=tuple(dict.fromkeys(tables))[:MAX_LISTED])
