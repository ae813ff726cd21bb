"""The tool `ask`: a question in, rows with their evidence out."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import Field, model_validator

from nl2sql import runs
from nl2sql.api.run_failed import RunFailed
from nl2sql.asking import ask_and_wait
from nl2sql.clarification.choose import MAX_CHOICE, ask_request
from nl2sql.generation.answer_format import MAX_CHOICES
from nl2sql.mcp.answer import Answer, answer_of
from nl2sql.mcp.tool import Arguments, Caller, Slug, Text, Tool
from nl2sql.models import RunStatus
from nl2sql.models.verified_query import MAX_QUESTION
from nl2sql.runs import AskRequest
from nl2sql.task import Mode
from tenants.roles import Permission

MAX_ROWS = 500
ROWS = 50
"""As many as an agent reads; who wants all of them has the run's address in the API."""


class AskArguments(Arguments):
    question: Annotated[
        Text | None,
        Field(min_length=1, max_length=MAX_QUESTION, description="In plain words; required unless it `clarifies`."),
    ] = None
    data_source: Slug = None
    conversation_id: Annotated[UUID | None, Field(strict=False, description="Of an earlier answer.")] = None
    new_topic: Annotated[
        bool, Field(description="The question continues nothing that was asked before in the conversation.")
    ] = False
    clarifies: Annotated[
        UUID | None,
        Field(strict=False, description="`run_id` that asked back: its question goes on with `choice`; none is sent."),
    ] = None
    choice: Annotated[
        Annotated[Text, Field(min_length=1, max_length=MAX_CHOICE)]
        | Annotated[int, Field(ge=1, le=MAX_CHOICES)]
        | None,
        Field(description="The number of the choice from 1, its text, or words of your own."),
    ] = None
    remember: Annotated[
        bool,
        Field(description="With `choice`: it is also proposed as a definition, which a curator accepts or rejects."),
    ] = False
    max_rows: Annotated[int, Field(ge=1, le=MAX_ROWS)] = ROWS
    mode: Annotated[Mode, Field(description="`sql` stops after the guard; `dry_run` has the statement planned.")] = (
        "answer"
    )

    @model_validator(mode="after")
    def asks_or_chooses(self) -> Self:
        if self.clarifies is None:
            if self.question is None or self.choice is not None or self.remember:
                raise ValueError("Send `question`, or `clarifies` with `choice`.")
        elif self.choice is None or self.question or self.data_source or self.conversation_id:
            raise ValueError("Where it `clarifies`, send `choice`, and no question, data source or conversation.")
        return self


def ask(caller: Caller, arguments: AskArguments) -> Answer:
    fields = arguments.model_dump(exclude_none=True)
    if arguments.clarifies is None:
        del fields["remember"]
    return answered(caller, ask_request(caller.principal, fields))


def answered(caller: Caller, request: AskRequest) -> Answer:
    """Raises RunFailed, or what keeps the question from being asked."""
    run = ask_and_wait(caller.principal, request, request_id=caller.request_id, cancellation=caller.cancellation)
    if run.status in (RunStatus.FAILED, RunStatus.CANCELLED):
        raise RunFailed(run)
    return answer_of(runs.reply_of(run))


ASK = Tool(
    name="ask",
    title="Ask a question",
    description=(
        "Ask a question about the tenant's data in plain words. Querent writes the SQL, proves it safe, runs it "
        "read-only and returns the rows with the statement, what it assumed and what was checked. It refuses what the "
        "data does not hold and says what there is instead; where two readings differ, it asks back, and goes on with "
        "a `choice` that `clarifies` its run."
    ),
    permission=Permission.ASK,
    arguments=AskArguments,
    result=Answer,
    work=ask,
)
