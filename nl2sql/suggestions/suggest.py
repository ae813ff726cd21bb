"""Questions that this installation can really answer to whoever is asking: to begin with, and after an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from threading import RLock
from typing import Literal

from cachetools import LRUCache, cached

from nl2sql.curation.verified_queries import in_use
from nl2sql.generation.composer.words import tokenise
from nl2sql.models import VerifiedQuery
from nl2sql.suggestions.candidates import candidates, in_turn, telling
from nl2sql.suggestions.prove import Asker, prove
from schema_index.catalogue import Catalogue, catalogue_of
from schema_index.models import DataSource
from schema_index.schema import Table
from schema_index.sources import DataSourceNotSynced, pick
from tenants.attributes import AttributeValue
from tenants.context import tenant_transaction
from tenants.principal import Principal
from tenants.roles import Permission

MAX_SOURCES = 5
MAX_TABLES = 8
"""Looked at for one list. Composing and proving one question takes some milliseconds, once for each catalogue."""

PER_TABLE = 4
TRIES = 8
MAX_VERIFIED = 3
VERIFIED_TRIED = 20
NEXT = 3
MAX_KEPT = 2_000
"""Tables whose questions a process remembers: some hundred bytes each."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """`origin` says whether a person vouches for the question's statement, or the schema alone suggested it."""

    question: str
    data_source: str
    origin: Literal["verified", "schema"]


def suggest(principal: Principal, *, data_source: str | None = None, limit: int = 6) -> tuple[Suggestion, ...]:
    """Of one source, or of all in turn. Empty where nothing was synced yet. Raises DataSourceNotFound."""
    principal.require(Permission.ASK)
    with tenant_transaction(principal.tenant_id):
        chosen = pick(data_source) if data_source else None
        sources = [chosen] if chosen else list(DataSource.objects.order_by("slug")[:MAX_SOURCES])
    found = in_turn(_of_source(source, principal) for source in sources)
    return tuple(islice(found, limit))


def next_questions(
    catalogue: Catalogue, *, attributes: Mapping[str, AttributeValue], tables: Sequence[str], asked: str
) -> tuple[str, ...]:
    """What else can be asked of `tables` (`schema.table`) and then of those that refer to them, but for the question
    itself. Pure, and remembered."""
    schema = catalogue.schema
    read = [table for table in schema.tables if table.qualified_name in set(tables)][:MAX_TABLES]
    named = {(table.schema, table.name) for table in read}
    near = [
        table
        for table in schema.tables
        if table not in read and any((key.target_schema, key.target_table) in named for key in table.foreign_keys)
    ][: MAX_TABLES - len(read)]
    words = _words(asked)
    found = chain(*(in_turn(_about(catalogue, attributes, table) for table in about) for about in (read, near)))
    return tuple(islice((question for question in found if _words(question) != words), NEXT))


def _of_source(source: DataSource, principal: Principal) -> list[Suggestion]:
    try:
        catalogue = catalogue_of(source, principal)
    except DataSourceNotSynced:
        return []
    asker = Asker(access=catalogue.access, attributes=principal.attributes)
    with tenant_transaction(principal.tenant_id):
        newest: list[VerifiedQuery] = list(in_use(source.id).order_by("-decided_at", "-id")[:VERIFIED_TRIED])
    vouched = islice((query.question for query in newest if asker.may_run(query.sql)), MAX_VERIFIED)
    tables = telling(catalogue.schema)[:MAX_TABLES]
    said: dict[str, Literal["verified", "schema"]] = dict.fromkeys(vouched, "verified")
    for question in in_turn(_about(catalogue, principal.attributes, table) for table in tables):
        said.setdefault(question, "schema")
    return [Suggestion(question=one, data_source=source.slug, origin=origin) for one, origin in said.items()]


def _key(catalogue: Catalogue, attributes: Mapping[str, AttributeValue], table: Table) -> tuple[object, ...]:
    """Everything that an answer depends on: equal keys are equal catalogues under equal policies."""
    access = catalogue.access
    known = tuple(sorted(attributes.items()))
    return (access.visible.fingerprint, access.whole.fingerprint, access.digest, known, table.qualified_name)


_kept: LRUCache[tuple[object, ...], tuple[str, ...]] = LRUCache(maxsize=MAX_KEPT)


@cached(_kept, key=_key, lock=RLock())
def _about(catalogue: Catalogue, attributes: Mapping[str, AttributeValue], table: Table) -> tuple[str, ...]:
    questions = candidates(catalogue.schema, table)
    asker = Asker(access=catalogue.access, attributes=attributes)
    # A span such as "last month" is proven on whatever day it is.
    return tuple(prove(questions, asker=asker, today=datetime.now(UTC).date(), limit=PER_TABLE, tries=TRIES))


def _words(question: str) -> tuple[str, ...]:
    return tuple(token.norm for token in tokenise(question) if token.kind != "stop")
