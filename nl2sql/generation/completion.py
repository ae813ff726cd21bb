"""The body of a chat.completions reply, checked: servers differ in what they leave out, and proxies answer in HTML."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, Field, ValidationError

from nl2sql.prompt.sanitize import one_line

_MAX_REFUSAL = 500

Finish = Literal["stop", "length", "content_filter"]
_UNFINISHED: dict[str | None, Finish] = {"length": "length", "content_filter": "content_filter"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Completion:
    """`text` is empty when the model said nothing. `refusal` is the model's own, outside of the answer's form.
    `is_counted` says that the endpoint told what it took."""

    text: str = ""
    refusal: str = ""
    finish: Finish = "stop"
    input_tokens: int = 0
    output_tokens: int = 0
    is_counted: bool = False


class _Message(BaseModel):
    content: str | None = None
    refusal: str | None = None


class _Choice(BaseModel):
    message: _Message = Field(default_factory=_Message)
    finish_reason: str | None = None


class _Tokens(BaseModel):
    prompt_tokens: int | None = Field(default=None, ge=0)
    completion_tokens: int | None = Field(default=None, ge=0)


class _Reply(BaseModel):
    choices: list[_Choice] = Field(default_factory=list)
    usage: _Tokens | None = None


def read_completion(body: str) -> Completion:
    """The first choice. A body that is no such reply counts as an empty text."""
    try:
        reply = _Reply.model_validate_json(body)
    except ValidationError:
        return Completion()
    tokens = reply.usage or _Tokens()
    choice = reply.choices[0] if reply.choices else _Choice()
    return Completion(
        text=choice.message.content or "",
        refusal=one_line(choice.message.refusal or "", max_characters=_MAX_REFUSAL),
        finish=_UNFINISHED.get(choice.finish_reason, "stop"),
        input_tokens=tokens.prompt_tokens or 0,
        output_tokens=tokens.completion_tokens or 0,
        is_counted=tokens.prompt_tokens is not None and tokens.completion_tokens is not None,
    )
