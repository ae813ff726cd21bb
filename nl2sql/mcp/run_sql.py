"""The tool `run_sql`: a statement of the agent's own, through the same guard, policy and limits as any other."""

from typing import Annotated

from pydantic import Field

from nl2sql.mcp.answer import Answer
from nl2sql.mcp.ask import MAX_ROWS, ROWS, answered
from nl2sql.mcp.tool import Arguments, Caller, Slug, Text, Tool
from nl2sql.models.verified_query import MAX_QUESTION, MAX_SQL
from nl2sql.runs import AskRequest
from nl2sql.task import Mode
from tenants.roles import Permission

UNASKED = "A statement of the caller's own"


class RunSqlArguments(Arguments):
    sql: Annotated[
        Text, Field(min_length=1, max_length=MAX_SQL, description="One SELECT in the dialect of the data source.")
    ]
    question: Annotated[
        Text,
        Field(
            min_length=1, max_length=MAX_QUESTION, description="What it answers: the statement is checked against it."
        ),
    ] = UNASKED
    data_source: Slug = None
    max_rows: Annotated[int, Field(ge=1, le=MAX_ROWS)] = ROWS
    mode: Annotated[Mode, Field(description="`sql` stops after the guard; `dry_run` has the statement planned.")] = (
        "answer"
    )


def run_sql(caller: Caller, arguments: RunSqlArguments) -> Answer:
    request = AskRequest(
        question=arguments.question,
        given_sql=arguments.sql,
        data_source=arguments.data_source,
        max_rows=arguments.max_rows,
        mode=arguments.mode,
    )
    return answered(caller, request)


RUN_SQL = Tool(
    name="run_sql",
    title="Run a statement",
    description=(
        "Run one read-only SQL query of your own. It passes the same guard as every statement: one SELECT over the "
        "tables, columns and functions that the key may use, with its row rules put in and its limits kept. What is "
        "refused is told with the rule that it broke and how to write it instead."
    ),
    permission=Permission.ASK,
    arguments=RunSqlArguments,
    result=Answer,
    work=run_sql,
)
