"""A question and what was retrieved for it → the two texts that a language model gets. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from nl2sql.calendar_spans import Calendar
from nl2sql.dialects.registry import facts_of
from nl2sql.generation.base import Clarified, Example, Exchange, Feedback, GenerationRequest
from nl2sql.prompt.budget import BYTES_PER_TOKEN, Piece, Version, estimate, fit
from nl2sql.prompt.calendar import calendar_rules
from nl2sql.prompt.ddl import table_ddl
from nl2sql.prompt.relevance import key_columns, loosely_named_columns, named_columns, stems
from nl2sql.prompt.sanitize import clean, fenced, one_line
from nl2sql.prompt.template_files import template
from schema_index.access.column_access import LIMITS
from schema_index.retrieval.types import KnowledgeHit
from schema_index.schema import Table
from tenants.domain_error import DomainError

_MAX_TITLE = 200
_MAX_KNOWLEDGE = 2_000
_MAX_EXAMPLE_SQL = 2_000
_MAX_FEEDBACK_SQL = 4_000
_MAX_EARLIER_SQL = 4_000
_MAX_EARLIER_TEXT = 500
_MAX_EARLIER_COLUMNS = 30
_MAX_PROBLEM = 1_000
_MAX_HINTS = 6
_MAX_EARLIER = 2
_MAX_LANGUAGE = 40
_WRAPPING_BYTES = 600
"""Headings and data tags around the pieces, at most."""
_HISTORY_BYTES = 900
"""What the history's own words add to that."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prompt:
    """`tables` are those in it, `schema.name`, best first; `dropped` says what the budget left out, in order.

    `definitions` are the knowledge in it by its marks (D1, D2…), `exchanges` the earlier ones in the order of their
    numbers, from 1: an answer may name these and no others.
    """

    system: str
    user: str
    token_estimate: int = 0
    schema_token_estimate: int = 0
    tables: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    definitions: Mapping[str, KnowledgeHit] = field(default_factory=dict)
    exchanges: tuple[Exchange, ...] = ()


class PromptTooLarge(DomainError):
    """Question and one table do not fit: the question is never cut, so it must be shorter or the budget larger."""

    code = "payload_too_large"


def build(request: GenerationRequest, *, token_budget: int) -> Prompt:
    """The prompt, whose estimate is at most `token_budget`. Raises PromptTooLarge.

    What goes first: examples, documents and FAQ from the least similar; earlier exchanges but the latest, from the
    oldest; columns that no word of the question touches; comments; columns whose name no word touches. Then the last
    tables, for a lost table is a lost answer, and at the very end all but the keys of the one that is left, and the
    latest exchange. Keys and stored values stay with their table. The question stays whole.
    """
    system, question = _system(request), clean(request.question, max_characters=len(request.question))
    fixed = {
        "clarified": _clarified(request.clarified),
        "feedback": _feedback(request.feedback) + (f"{request.approach}\n" if request.approach else ""),
        "question": f"Question\n{fenced(question, kind='question')}",
    }
    tables = _tables(request)
    knowledge = sorted(request.knowledge, key=lambda hit: (hit.kind != "faq", -(hit.similarity or 0.0)))
    words = _words(request)
    pieces = [
        *(_table_piece(table, request, neighbours=tables, words=words) for table in tables),
        *(_knowledge_piece(hit, mark=f"D{place}") for place, hit in enumerate(knowledge, start=1)),
        *map(_example_piece, request.examples),
        *map(_exchange_piece, request.history),
    ]
    used = sum(len(text.encode()) for text in (system, *fixed.values())) + _WRAPPING_BYTES
    used += _HISTORY_BYTES if request.history else 0
    order = _order(tables=len(tables), texts=len(knowledge) + len(request.examples), exchanges=len(request.history))
    fitted = fit(pieces, order=order, max_bytes=token_budget * BYTES_PER_TOKEN - used)
    if fitted is None:
        raise PromptTooLarge(
            f"The question does not fit the model's prompt of {token_budget} tokens: shorten it, or raise "
            "LLM_PROMPT_TOKENS."
        )
    parts = iter(fitted.texts)
    ddl, known, examples = (list(islice(parts, len(of))) for of in (tables, knowledge, request.examples))
    earlier = [(one, text) for one, text in zip(request.history, parts, strict=True) if text]
    schema = _section("Schema", "schema", ddl)
    user = template("user").substitute(
        fixed,
        schema=schema,
        knowledge=_section("FAQ and documents", "knowledge", known) + _examples(request.examples, examples),
        history=_history([text for _, text in earlier]),
    )
    return Prompt(
        system=system,
        user=user,
        token_estimate=estimate(system) + estimate(user),
        schema_token_estimate=estimate(schema),
        tables=tuple(table.qualified_name for table, text in zip(tables, ddl, strict=True) if text),
        dropped=fitted.dropped,
        definitions={
            f"D{place}": hit for place, (hit, text) in enumerate(zip(knowledge, known, strict=True), 1) if text
        },
        exchanges=tuple(one for one, _ in earlier),
    )


def _system(request: GenerationRequest) -> str:
    facts = facts_of(request.schema.dialect)
    return template("system").substitute(
        dialect_name=facts.title,
        dialect_rules=facts.prompt_rules.rstrip(),
        calendar=calendar_rules(
            Calendar(today=request.today, fiscal_month=request.fiscal_month), time_zone=request.time_zone
        ),
        max_rows=request.max_rows,
        language=one_line(request.language, max_characters=_MAX_LANGUAGE) or "the language of the question",
    )


def _tables(request: GenerationRequest) -> list[Table]:
    """In the order of the hits; what the principal may not see is not in the schema, so it cannot come in here."""
    by_name = request.schema.by_name
    unique = dict.fromkeys((hit.schema, hit.name) for hit in request.tables)
    return [by_name[key] for key in unique if key in by_name]


def _words(request: GenerationRequest) -> frozenset[str]:
    """All that was said about what is wanted."""
    feedback = (request.feedback.sql, request.feedback.problem) if request.feedback else ()
    earlier = (text for one in request.history for text in (one.question, one.sql))
    return stems(" ".join([request.question, *feedback, *earlier, *(one.answer for one in request.clarified)]))


def _table_piece(
    table: Table, request: GenerationRequest, *, neighbours: Sequence[Table], words: frozenset[str]
) -> Piece:
    values: dict[str, list[str]] = {}
    for value in request.values:
        if (value.schema, value.table) == (table.schema, table.name):
            values.setdefault(value.column, []).append(value.text)
    names = [(neighbour.schema, neighbour.name) for neighbour in neighbours]
    marks = _marks(table, request)

    def ddl(columns: frozenset[str] | None, *, terse: bool = False) -> str:
        return table_ddl(
            table, within=request.schema, neighbours=names, values=values, columns=columns, marks=marks, terse=terse
        )

    named = named_columns(table, words=words, with_values=values)
    touched = named | loosely_named_columns(table, words=words)
    name = one_line(table.qualified_name, max_characters=_MAX_TITLE)
    keys = key_columns(table) | frozenset(values)
    has_comments = bool(table.comment or any(column.comment for column in table.columns if column.name in touched))
    return (
        Version(text=ddl(None)),
        Version(text=ddl(touched), dropped=_fewer(len(table.columns), len(touched), f"columns of {name}")),
        Version(text=ddl(touched, terse=True), dropped=f"comments of {name}" if has_comments else ""),
        Version(text=ddl(named, terse=True), dropped=_fewer(len(touched), len(named), f"more columns of {name}")),
        Version(text=ddl(keys, terse=True), dropped=_fewer(len(named), len(keys), f"all but keys of {name}"))
        if table is neighbours[0]
        else Version(text="", dropped=f"table {name}"),
    )


def _fewer(before: int, after: int, what: str) -> str:
    return f"{before - after} {what}" if after < before else ""


def _marks(table: Table, request: GenerationRequest) -> dict[str, str]:
    names = {column.name: f"{table.qualified_name}.{column.name}" for column in table.columns}
    return {
        column: LIMITS[request.limited[name]].for_models for column, name in names.items() if name in request.limited
    }


def _knowledge_piece(hit: KnowledgeHit, *, mark: str) -> Piece:
    title = one_line(hit.title, max_characters=_MAX_TITLE)
    body = clean(hit.text.removeprefix(hit.title), max_characters=_MAX_KNOWLEDGE)
    stale = one_line(hit.stale_reason, max_characters=_MAX_TITLE)
    doubt = (
        f"(This may be out of date: {stale}. Where it differs from the tables above, they are right.)\n"
        if stale
        else ""
    )
    text = f"[{mark} {one_line(hit.kind, max_characters=16)}] {title}\n{doubt}{body}\n"
    return Version(text=text), Version(text="", dropped=f"{hit.kind} {title}")


def _example_piece(example: Example) -> Piece:
    question = one_line(example.question, max_characters=_MAX_TITLE)
    text = f"Question: {question}\nSQL: {clean(example.sql, max_characters=_MAX_EXAMPLE_SQL)}\n"
    return Version(text=text), Version(text="", dropped=f"example {question}")


def _exchange_piece(exchange: Exchange) -> Piece:
    question = one_line(exchange.question, max_characters=_MAX_EARLIER_TEXT)
    columns = ", ".join(exchange.columns[:_MAX_EARLIER_COLUMNS])
    lines = [
        f"Question: {question}",
        f"Read as: {one_line(exchange.interpreted_as, max_characters=_MAX_EARLIER_TEXT)}",
        f"SQL: {clean(exchange.sql, max_characters=_MAX_EARLIER_SQL)}",
        f"Columns: {one_line(columns, max_characters=_MAX_EARLIER_TEXT)}",
    ]
    return Version(text="\n".join(lines) + "\n"), Version(text="", dropped=f"exchange {question}")


def _order(*, tables: int, texts: int, exchanges: int) -> list[tuple[int, int]]:
    """(piece, version) in the order of giving up; see `build`. Pieces are the tables, then the texts, then the earlier
    exchanges, the latest last."""
    first = tables + texts
    order = [(piece, 1) for piece in reversed(range(tables, first))]
    order += [(piece, 1) for piece in range(first, first + exchanges - 1)]
    order += [(piece, version) for version in range(1, 5) for piece in reversed(range(tables))]
    return order + [(first + exchanges - 1, 1)] * bool(exchanges)


def _section(heading: str, kind: str, texts: Sequence[str]) -> str:
    body = "\n".join(text.rstrip() for text in texts if text)
    return f"{heading}\n{fenced(body, kind=kind)}\n" if body else ""


def _examples(examples: Sequence[Example], texts: Sequence[str]) -> str:
    """A section for each heading, in the order of the first example under it."""
    under: dict[str, list[str]] = {}
    for one, text in zip(examples, texts, strict=True):
        under.setdefault(one.heading, []).append(text)
    return "".join(_section(heading, "examples", found) for heading, found in under.items())


def _history(texts: Sequence[str]) -> str:
    if not texts:
        return ""
    numbered = "\n".join(f"Exchange {number}\n{text.rstrip()}" for number, text in enumerate(texts, start=1))
    return template("history").substitute(exchanges=fenced(numbered, kind="conversation")) + "\n"


def _clarified(answers: Sequence[Clarified]) -> str:
    if not answers:
        return ""
    lines = [
        f"Asked: {one_line(one.question, max_characters=_MAX_EARLIER_TEXT)}\n"
        f"Chosen: {one_line(one.answer, max_characters=_MAX_PROBLEM)}"
        for one in answers
    ]
    return template("clarified").substitute(answers=fenced("\n".join(lines), kind="choice")) + "\n"


def _feedback(feedback: Feedback | None) -> str:
    if feedback is None:
        return ""
    lines = [
        clean(feedback.sql, max_characters=_MAX_FEEDBACK_SQL),
        f"Problem: {one_line(feedback.problem, max_characters=_MAX_PROBLEM)}",
        *(f"Hint: {one_line(hint, max_characters=_MAX_PROBLEM)}" for hint in feedback.hints[:_MAX_HINTS]),
        *(f"Failed before: {one_line(sql, max_characters=_MAX_PROBLEM)}" for sql in feedback.earlier[-_MAX_EARLIER:]),
    ]
    return template("feedback").substitute(attempt=fenced("\n".join(lines), kind="attempt")) + "\n"
