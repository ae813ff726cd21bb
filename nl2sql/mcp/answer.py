"""A run's reply as an agent reads it: short, and never larger than an agent can hold. Pure."""

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field

from nl2sql.mcp.tool import Result
from nl2sql.replies.reply import said_choice

MAX_CELL_CHARACTERS = 2_000
MAX_ROWS_CHARACTERS = 100_000
"""Of all rows as JSON: some 25,000 tokens, more than which no agent keeps in mind."""


class ResultColumn(Result):
    name: str
    type: str


class AnswerCheck(Result):
    name: str
    outcome: Literal["passed", "failed", "undetermined"]
    detail: str


class Answer(Result):
    status: Literal["completed", "needs_clarification", "cannot_answer"] = Field(
        description="`needs_clarification` and `cannot_answer` are honest outcomes: `answer` says what to do next."
    )
    answer: str = Field(description="One sentence; a question back, or the reason of a refusal.")
    interpreted_as: str = Field(description="The question as the statement answers it: compare it with what you meant.")
    assumptions: list[str]
    sql: str | None = Field(description="The statement that ran.")
    dialect: str | None
    tables: list[str]
    columns: list[ResultColumn]
    rows: list[list[Any]] = Field(description="Decimals and integers beyond 2^53 are strings, dates are ISO 8601.")
    truncated: bool = Field(description="More rows exist than are here, or a long text was cut.")
    trust: Literal["verified", "checked", "unverified"] | None = Field(
        description="A person vouches for the statement; every check passed; or neither."
    )
    checks: list[AnswerCheck]
    choices: list[str] = Field(description="Readings to choose from, when a question comes back.")
    missing: list[str] = Field(description="Words without a place in the data, of a refusal.")
    available: list[str] = Field(description="What there is instead.")
    run_id: str
    conversation_id: str = Field(description="Send it with a follow-up question.")


def answer_of(reply: Mapping[str, Any]) -> Answer:
    """`reply` is that of a run that did not fail."""
    sql, result, trust = reply["sql"] or {}, reply["result"] or {}, reply["trust"] or {}
    rows, is_cut = bounded(result.get("rows", []))
    same = ("status", "answer", "interpreted_as", "assumptions", "conversation_id")
    return Answer.model_validate(
        {
            **{name: reply[name] for name in same},
            "sql": sql.get("text"),
            "dialect": sql.get("dialect"),
            "tables": sql.get("tables", []),
            "columns": result.get("columns", []),
            "rows": rows,
            "truncated": is_cut or bool(result.get("truncated")),
            "trust": trust.get("label"),
            "checks": trust.get("checks", []),
            "choices": [said_choice(one) for one in (reply["clarification"] or {}).get("choices", [])],
            **(reply["refusal"] or {"missing": [], "available": []}),
            "run_id": reply["id"],
        }
    )


def bounded(rows: list[list[Any]]) -> tuple[list[list[Any]], bool]:
    """The first rows that fit into MAX_ROWS_CHARACTERS, with long texts cut, and whether anything is missing."""
    kept: list[list[Any]] = []
    left = MAX_ROWS_CHARACTERS
    is_cut = False
    for row in rows:
        short = [_shortened(value) for value in row]
        left -= len(json.dumps(short, ensure_ascii=False))
        if left < 0:
            return kept, True
        is_cut = is_cut or short != row
        kept.append(short)
    return kept, is_cut


def _shortened(value: Any) -> Any:
    """A long text is cut; a nested value that is too long becomes its text, cut."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return value if len(text) <= MAX_CELL_CHARACTERS else f"{text[:MAX_CELL_CHARACTERS]}…"
