"""The one JSON object in a model's text, however it is wrapped. Pure."""

import json
import re
from dataclasses import dataclass
from typing import Any

from nl2sql.dialects.registry import DIALECTS

_MAX_CHARACTERS = 100_000
_MAX_STARTS = 40
"""Opening braces tried in a text that is not JSON as a whole."""
_THOUGHTS = re.compile(r"\A\s*<(think|thinking|reasoning)>.*?</\1>", re.DOTALL | re.IGNORECASE)
"""Local reasoning models write these before their answer."""
_BLOCK = re.compile(r"```[ \t]*([\w+-]*)[^\n]*\n(.*?)```", re.DOTALL)
_SQL_LABELS = {"sql", *DIALECTS, *(facts.title.lower() for facts in DIALECTS.values())}
_ANSWER_KEYS = frozenset({"outcome", "sql"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """No answer in the text; `problem` is told to the model, and holds nothing of the text."""

    problem: str


def extract(text: str) -> dict[str, Any] | Unreadable:
    """The answer object of plain JSON, of JSON in a fence or amid text, or made of a lone ```sql block."""
    if len(text) > _MAX_CHARACTERS:
        return Unreadable(problem="it was far too long")
    text = _THOUGHTS.sub("", text.lstrip("\ufeff")).strip()
    if not text:
        return Unreadable(problem="it was empty")
    whole = _parsed(text)
    return whole if whole is not None else _unwrapped(text)


def _unwrapped(text: str) -> dict[str, Any] | Unreadable:
    blocks = _BLOCK.findall(text)
    found = [answer for _, body in blocks if (answer := _parsed(body)) is not None] or _embedded(_BLOCK.sub("", text))
    statements = [body.strip() for label, body in blocks if label.lower() in _SQL_LABELS and body.strip()]
    if len(found) == 1:
        return found[0]
    if found or len(statements) > 1:
        return Unreadable(problem="it held more than one answer")
    if statements:
        return {"outcome": "sql", "sql": statements[0]}
    incomplete = "{" in text
    return Unreadable(problem="its JSON was not complete and valid" if incomplete else "it held no JSON object")


def _parsed(text: str) -> dict[str, Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _embedded(text: str) -> list[dict[str, Any]]:
    """Answer objects amid text, left to right, none inside another."""
    decoder = json.JSONDecoder()
    found: list[dict[str, Any]] = []
    position = text.find("{")
    for _ in range(_MAX_STARTS):
        if position < 0:
            break
        try:
            value, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            end = position + 1
        else:
            if isinstance(value, dict) and _ANSWER_KEYS & value.keys():
                found.append(value)
        position = text.find("{", end)
    return found
