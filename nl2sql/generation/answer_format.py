"""The form in which a model answers: asked for by a ladder of formats, always validated here."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ValidationError

from nl2sql.generation.base import Choice, Clarify, Draft, Exchange, Generation, Refused
from nl2sql.generation.extract import Unreadable
from nl2sql.prompt.sanitize import one_line
from schema_index.retrieval.types import KnowledgeHit

Rung = Literal["json_schema", "json_object", "fenced"]
LADDER: tuple[Rung, ...] = ("json_schema", "json_object", "fenced")
"""From the strictest that an endpoint may offer to the one that any model can write."""

_MAX_SQL = 20_000
_MAX_ITEMS = 10
_MAX_TEXT = 500
_TEXTS = ("sql", "interpreted_as", "question", "message")
_LISTS = ("assumptions", "definitions", "missing", "available")
_CHOICE = ("text", "reading", "sql")
MIN_CHOICES, MAX_CHOICES = 2, 5
"""Of one question back: with one there is nothing to choose, and more nobody weighs."""

_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "outcome": {"type": "string", "enum": ["sql", "clarify", "refuse"]},
        **{name: {"type": "string"} for name in _TEXTS},
        **{name: {"type": "array", "items": {"type": "string"}} for name in _LISTS},
        "choices": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in _CHOICE},
                "required": [*_CHOICE],
                "additionalProperties": False,
            },
        },
        "follow_up": {"type": "integer"},
    },
    "required": ["outcome", *_TEXTS, *_LISTS, "choices", "follow_up"],
    "additionalProperties": False,
}
"""Within the subset that strict mode takes: every field required, nothing optional, no lengths."""

_INSTRUCTIONS: dict[Rung, str] = {
    "json_schema": "",
    "json_object": "\nAnswer with the JSON object alone.",
    "fenced": "\nAnswer with one fenced block, ```json … ```, that holds the JSON object, and nothing else.",
}


def response_format(rung: Rung) -> dict[str, Any] | None:
    """What to send as `response_format`; None sends none."""
    if rung == "json_schema":
        return {"type": "json_schema", "json_schema": {"name": "answer", "strict": True, "schema": _SCHEMA}}
    return {"type": "json_object"} if rung == "json_object" else None


def instruction(rung: Rung) -> str:
    """What to add to the system text on this rung."""
    return _INSTRUCTIONS[rung]


def _lines(values: tuple[str, ...]) -> tuple[str, ...]:
    lines = (one_line(value, max_characters=_MAX_TEXT) for value in values[:_MAX_ITEMS])
    return tuple(line for line in lines if line)


def _one_is_a_list(value: object) -> object:
    if value is None or value == "":
        return ()
    return (value,) if isinstance(value, str) else value


def _texts_are_choices(value: object) -> object:
    """Weaker models give the choices alone."""
    given = value if isinstance(value, list | tuple) else () if not value else (value,)
    return [{"text": one} if isinstance(one, str) else one for one in given[: MAX_CHOICES * 2]]


def _none_is_no_exchange(value: object) -> object:
    return value if isinstance(value, int) else int(value) if isinstance(value, str) and value.isdigit() else 0


_Text = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]
_Line = Annotated[_Text, AfterValidator(lambda value: one_line(value, max_characters=_MAX_TEXT))]
_Lines = Annotated[tuple[str, ...], BeforeValidator(_one_is_a_list), AfterValidator(_lines)]


class _Choice(BaseModel):
    text: _Line
    reading: _Line = ""
    sql: _Text = ""


class _Answer(BaseModel):
    """Lenient where nothing is lost (null for empty, one string for a list, unknown fields), strict in the rest."""

    outcome: Literal["sql", "clarify", "refuse"]
    sql: _Text = ""
    interpreted_as: _Line = ""
    question: _Line = ""
    message: _Line = ""
    assumptions: _Lines = ()
    definitions: _Lines = ()
    missing: _Lines = ()
    available: _Lines = ()
    choices: Annotated[tuple[_Choice, ...], BeforeValidator(_texts_are_choices)] = ()
    follow_up: Annotated[int, BeforeValidator(_none_is_no_exchange)] = 0


def read_answer(
    fields: dict[str, Any],
    *,
    generator: str,
    definitions: Mapping[str, KnowledgeHit] | None = None,
    exchanges: Sequence[Exchange] = (),
) -> Generation | Unreadable:
    """The outcome, without usage. Its texts are cleaned for showing; its SQL is as hostile as before.

    `definitions` by their marks and `exchanges` by their numbers, from 1, are what the prompt showed: what the answer
    names besides is left out.
    """
    if fields.get("sql"):
        fields = {"outcome": "sql", **fields}  # weaker models leave out what goes without saying
    try:
        answer = _Answer.model_validate(fields)
    except ValidationError as error:
        places = ", ".join(dict.fromkeys(str(item["loc"][0]) for item in error.errors() if item["loc"]))
        return Unreadable(problem=f"these fields were missing or of the wrong type: {places[:_MAX_TEXT]}")
    if answer.outcome == "clarify":
        return _clarify(answer)
    if answer.outcome == "refuse":
        return _refused(answer)
    return _draft(answer, generator, definitions or {}, exchanges)


def _draft(
    answer: _Answer, generator: str, definitions: Mapping[str, KnowledgeHit], exchanges: Sequence[Exchange]
) -> Draft | Unreadable:
    sql = answer.sql.strip()
    if not sql or len(sql) > _MAX_SQL:
        return Unreadable(problem='"sql" was empty or far too long though the outcome was "sql"')
    named = dict.fromkeys(mark.strip("[] ").upper() for mark in answer.definitions)
    return Draft(
        sql=sql,
        generator=generator,
        interpreted_as=answer.interpreted_as,
        assumptions=answer.assumptions,
        definitions=tuple(definitions[mark] for mark in named if mark in definitions),
        follows=exchanges[answer.follow_up - 1] if 0 < answer.follow_up <= len(exchanges) else None,
    )


def _clarify(answer: _Answer) -> Clarify | Unreadable:
    if not answer.question:
        return Unreadable(problem='"question" was empty though the outcome was "clarify"')
    choices: dict[str, Choice] = {}
    for one in answer.choices:
        if one.text:
            choices.setdefault(one.text, Choice(text=one.text, reading=one.reading, sql=one.sql.strip()[:_MAX_SQL]))
    if len(choices) < MIN_CHOICES:
        return Unreadable(problem='"choices" held fewer than two choices though the outcome was "clarify"')
    return Clarify(question=answer.question, choices=tuple(choices.values())[:MAX_CHOICES])


def _refused(answer: _Answer) -> Refused | Unreadable:
    if not answer.message and not answer.missing:
        return Unreadable(problem='"message" and "missing" were empty though the outcome was "refuse"')
    message = answer.message or f"The data does not hold: {', '.join(answer.missing)}."
    return Refused(message=message, missing=answer.missing, available=answer.available)
