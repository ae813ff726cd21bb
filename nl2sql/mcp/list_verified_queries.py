"""The tool `list_verified_queries`: questions whose statements people vouch for."""

from itertools import islice
from typing import Annotated

from pydantic import Field

from nl2sql.curation import verified_queries
from nl2sql.mcp.tool import Arguments, Caller, Result, Slug, Text, Tool
from nl2sql.models.verified_query import MAX_QUESTION
from nl2sql.reuse.closest import closest
from nl2sql.reuse.reuse import Verified
from nl2sql.validation.judge import judge
from nl2sql.validation.verdict import Accepted
from schema_index.catalogue import Catalogue, catalogue_of
from schema_index.sources import pick
from tenants.context import tenant_transaction
from tenants.principal import Principal
from tenants.roles import Permission

MAX_ITEMS = 50
ITEMS = 20
MAX_TRIED = 200
"""Offered to the guard for one listing: well under a second."""


class VerifiedArguments(Arguments):
    question: Annotated[
        Text | None, Field(min_length=1, max_length=MAX_QUESTION, description="Only those like it, the likest first.")
    ] = None
    data_source: Slug = None
    limit: Annotated[int, Field(ge=1, le=MAX_ITEMS)] = ITEMS


class VerifiedQuestion(Result):
    question: str
    sql: str
    verified_by: str
    verified_on: str = Field(description="ISO 8601.")


class VerifiedQueries(Result):
    dialect: str
    items: list[VerifiedQuestion]


def list_verified_queries(caller: Caller, arguments: VerifiedArguments) -> VerifiedQueries:
    with tenant_transaction(caller.principal.tenant_id):
        source = pick(arguments.data_source)
        known = verified_queries.known(source)
    catalogue = catalogue_of(source, caller.principal)
    wanted = known if arguments.question is None else closest(arguments.question, known=known)
    allowed = (one for one in wanted[:MAX_TRIED] if _is_whole(one, catalogue, caller.principal))
    items = [
        VerifiedQuestion(question=one.question, sql=one.sql, verified_by=one.by, verified_on=one.at[:10])
        for one in islice(allowed, arguments.limit)
    ]
    return VerifiedQueries(dialect=source.dialect, items=items)


def _is_whole(one: Verified, catalogue: Catalogue, principal: Principal) -> bool:
    """Whether the caller may run it without any restriction: what a policy keeps from them may stand in a literal."""
    verdict = judge(one.sql, access=catalogue.access, attributes=principal.attributes)
    return isinstance(verdict, Accepted) and not verdict.stated


LIST_VERIFIED_QUERIES = Tool(
    name="list_verified_queries",
    title="List verified queries",
    description=(
        "Questions with SQL that people of this tenant have checked and vouch for, over what the key's role may see. "
        "They show how terms are meant here; prefer their way of writing to your own."
    ),
    permission=Permission.READ_SCHEMA,
    arguments=VerifiedArguments,
    result=VerifiedQueries,
    work=list_verified_queries,
)
