"""The tool `search_schema`: which tables, FAQ entries and documents are about some words."""

from typing import Annotated, Literal

from pydantic import Field

from nl2sql.mcp.tool import Arguments, Caller, Result, Slug, Text, Tool
from schema_index.search import SearchRequest, SearchResult, search
from tenants.roles import Permission

MAX_QUERY = 2_000
MAX_RESULTS = 25
RESULTS = 10

Kind = Literal["table", "faq", "document"]


class SearchArguments(Arguments):
    query: Annotated[Text, Field(min_length=1, max_length=MAX_QUERY, description="Words or a question.")]
    kinds: Annotated[
        list[Kind], Field(min_length=1, max_length=3, description="Tables, approved questions, or texts that define.")
    ] = ["table", "faq", "document"]
    data_source: Slug = None
    limit: Annotated[int, Field(ge=1, le=MAX_RESULTS)] = RESULTS


class Found(Result):
    kind: Kind
    name: str = Field(description="`schema.table`, as describe_table takes it, or a title.")
    snippet: str
    why: str = Field(description="Why it was found.")
    data_source: str | None = Field(description="Slug; null for what concerns all sources.")


class SearchResults(Result):
    items: list[Found]


def search_schema(caller: Caller, arguments: SearchArguments) -> SearchResults:
    request = SearchRequest(
        q=arguments.query,
        kinds=tuple(arguments.kinds),
        data_source=arguments.data_source,
        limit=arguments.limit,
    )
    return SearchResults(items=[_found(one) for one in search(caller.principal, request)])


def _found(one: SearchResult) -> Found:
    kind: Kind = one.kind  # type: ignore[assignment]  # one of those that were asked for
    name = one.key if kind == "table" else one.title
    return Found(kind=kind, name=name, snippet=one.snippet, why=one.why, data_source=one.data_source)


SEARCH_SCHEMA = Tool(
    name="search_schema",
    title="Search the schema and the glossary",
    description=(
        "Find tables, approved questions (FAQ) and documents that are about some words, by meaning and by spelling, "
        "best first. Use it to learn what there is before asking or writing SQL."
    ),
    permission=Permission.READ_SCHEMA,
    arguments=SearchArguments,
    result=SearchResults,
    work=search_schema,
)
