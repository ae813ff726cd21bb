"""What a tool is: a name, words for the agent, what it takes and gives, and the one call behind it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from tenants.api.strict import CONTROL_CHARACTERS, has_control_characters
from tenants.cancellation import Cancellation
from tenants.principal import Principal
from tenants.roles import Permission

MAX_SLUG = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Who calls, in which request; `cancellation` is said when the client hangs up."""

    principal: Principal
    request_id: str
    cancellation: Cancellation = field(default_factory=Cancellation)


class Arguments(BaseModel):
    """An unknown argument is refused: nothing that an agent says goes unnoticed."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Result(BaseModel):
    """Every field stands in every result, so that the schema is the whole story."""

    model_config = ConfigDict(extra="forbid", from_attributes=True)


def _plain(text: str) -> str:
    if has_control_characters(text):
        raise ValueError(CONTROL_CHARACTERS)
    return text


Text = Annotated[str, AfterValidator(_plain)]

Slug = Annotated[
    str | None,
    Field(
        max_length=MAX_SLUG,
        pattern=r"^[-a-zA-Z0-9_]+$",
        description="Slug of the data source; may be left out when there is only one.",
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """`work` is called in a thread, with the arguments read; it raises a DomainError for what cannot go on."""

    name: str
    title: str
    description: str
    permission: Permission
    arguments: type[Arguments]
    result: type[Result]
    work: Callable[[Caller, Any], Result]
