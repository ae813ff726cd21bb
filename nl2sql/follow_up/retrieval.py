"""Retrieval inside a conversation: what a follow-up leaves out stands in the question before it."""

from collections.abc import Sequence
from dataclasses import replace

from nl2sql.follow_up.fragment import is_fragment
from nl2sql.generation.base import Exchange
from nl2sql.task import Task
from schema_index.retrieval.retrieve import retrieve
from schema_index.retrieval.types import Retrieved, TableHit
from schema_index.schema import DatabaseSchema

BEFORE = "read by the question before"


def retrieve_in_conversation(task: Task) -> Retrieved:
    """As `retrieve`; without a history, exactly that.

    A fragment is looked for together with the questions that it continues, and the tables of those come first. A whole
    question keeps its own ranking; the tables come after it, should it continue them all the same.
    """
    found = retrieve(
        whole_text(task.question, history=task.history),
        tenant_id=task.tenant_id,
        source_id=task.source_id,
        catalogue=task.catalogue,
        embedder=task.embedder,
        top_k=task.top_k,
        role=task.role,
        threshold=task.threshold,
        cancellation=task.cancellation,
    )
    if not task.history:
        return found
    is_first = is_fragment(task.question)
    return with_earlier_tables(found, history=task.history, schema=task.catalogue.schema, first=is_first)


def whole_text(question: str, *, history: Sequence[Exchange]) -> str:
    """A fragment behind the questions back to the last whole one; anything else as it is."""
    texts = [question]
    for exchange in reversed(history):
        if not is_fragment(texts[0]):
            break
        texts.insert(0, exchange.question)
    return " ".join(texts)


def with_earlier_tables(
    found: Retrieved, *, history: Sequence[Exchange], schema: DatabaseSchema, first: bool
) -> Retrieved:
    """Those of the latest exchange before those of older ones, as far as `schema` still holds them."""
    visible = {table.qualified_name: table for table in schema.tables}
    names = dict.fromkeys(name for exchange in reversed(history) for name in exchange.tables if name in visible)
    known = {hit.qualified_name: hit for hit in found.tables}
    earlier = [
        known.get(name)
        or TableHit(schema=visible[name].schema, name=visible[name].name, similarity=None, reason=BEFORE)
        for name in names
    ]
    if first:
        tables = (*earlier, *(hit for hit in found.tables if hit.qualified_name not in names))
    else:
        tables = (*found.tables, *(hit for hit in earlier if hit.qualified_name not in known))
    return replace(found, tables=tables, closest=() if tables else found.closest)
