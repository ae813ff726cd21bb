"""Gathers what the checks of an answer need to know: stored values, the span of a date column, a second opinion.

Whatever cannot be read stays unknown: no check may cost a person the answer.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from threading import RLock
from typing import Any
from uuid import UUID

from cachetools import TTLCache
from sqlglot import exp

from nl2sql.evaluation.same_result import same_result
from nl2sql.execution.results import json_rows
from nl2sql.generation.base import Draft, Exchange, GenerationRequest
from nl2sql.generation.composer import compose
from nl2sql.trust.date_span import asked_spans
from nl2sql.trust.facts import Facts, KnownValues, SecondOpinion
from nl2sql.trust.literals import compared_texts
from nl2sql.trust.statement import Statement, read_statement
from nl2sql.trust.units import unit_columns
from nl2sql.validation.restrictions import restrictions_of
from nl2sql.validation.validate import validate
from nl2sql.validation.verdict import Accepted
from schema_index.access.access_digest import access_digest
from schema_index.catalogue import Catalogue
from schema_index.connectors.base import Connector, Limits, ResultSet
from schema_index.connectors.traced_read import traced_read
from schema_index.value_dictionary.column_values import column_values
from tenants.attributes import AttributeValue
from tenants.cancellation import NEVER, Cancellation, Cancelled, DeadlineExceeded
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError

SPAN_DEADLINE_MS = 2_000
SECOND_DEADLINE_MS = 5_000
"""Of the reads that only checks need; a slower one leaves its check open."""

MAX_SPANS = 5_000
SPAN_SECONDS = 900
"""How long a column's first and last day are believed: new rows come in between."""

_Span = tuple[date, date] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The question's surroundings, as the pipeline has them. `revision` is the snapshot's; without, no span is kept."""

    tenant_id: UUID
    source_id: UUID
    catalogue: Catalogue
    connector: Connector
    limits: Limits
    every_word_placed: bool
    revision: int | None = None
    synced_at: datetime | None = None
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)
    cancellation: Cancellation = NEVER


def facts_of(
    asked: Asked,
    request: GenerationRequest,
    *,
    accepted: Accepted,
    result: ResultSet | None,
    follows: Exchange | None = None,
) -> Facts:
    """No transaction is open. Without a `result`, nothing is read from the target. `follows` is the exchange that the
    statement continues: the composer reads no question that leans on another."""
    statement = read_statement(accepted.shown, schema=request.schema)
    alone = asked.every_word_placed or result is None or follows is not None
    second = None if alone or result is None else _second(asked, request, accepted, result)
    return Facts(
        question=request.question,
        every_word_placed=asked.every_word_placed,
        statement=statement,
        accepted=accepted,
        result=result,
        today=request.today,
        question_values=request.values,
        values=_values(asked, statement),
        spans={} if result is None else _spans(asked, statement),
        second=second,
        before=f"{follows.question} {follows.interpreted_as}" if follows else "",
    )


def _values(asked: Asked, statement: Statement) -> Mapping[str, KnownValues]:
    names = {*(one.column for one in compared_texts(statement)), *unit_columns(statement)}
    if not names:
        return {}
    with tenant_transaction(asked.tenant_id):
        found = column_values(names, source_id=asked.source_id, schema=asked.catalogue.valued)
    return {name: KnownValues(texts=texts, is_whole=is_whole) for name, (texts, is_whole) in found.items()}


_kept: TTLCache[tuple[object, ...], _Span] = TTLCache(maxsize=MAX_SPANS, ttl=SPAN_SECONDS)
_lock = RLock()


def _spans(asked: Asked, statement: Statement) -> Mapping[str, _Span]:
    """Of the first date column that is bounded: one read, kept for a while for those who see the same rows."""
    wanted = asked_spans(statement)
    if not wanted:
        return {}
    name = wanted[0].column
    access = access_digest(policy=asked.catalogue.access.digest, hidden=(), attributes=asked.attributes)
    key = (asked.tenant_id, asked.source_id, asked.revision, access, name)
    with _lock:
        if asked.revision is not None and key in _kept:
            return {name: _kept[key]}
    span = _read_span(asked, name)
    with _lock:
        _kept[key] = span
    return {name: span}


def _read_span(asked: Asked, name: str) -> _Span:
    schema = asked.catalogue.schema
    table = next(one for one in schema.tables if name.startswith(f"{one.qualified_name}."))
    column = exp.column(name.removeprefix(f"{table.qualified_name}."), quoted=True)
    ends = exp.select(exp.Min(this=column), exp.Max(this=column.copy())).from_(
        exp.table_(table.name, db=table.schema, quoted=True)
    )
    result = _read(asked, ends.sql(dialect=schema.dialect), deadline_ms=SPAN_DEADLINE_MS)
    if result is None or len(result.rows) != 1:
        return None
    first, last = (_day(value) for value in result.rows[0])
    return (first, last) if first and last else None


def _day(value: Any) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value)[:10])
    except ValueError:
        return None


def _read(asked: Asked, sql: str, *, deadline_ms: int) -> ResultSet | None:
    """Through the guard and the policy, like any statement; None where that or the target refuses, or where the
    deadline has come. Raises Cancelled for a person's Stop."""
    access = asked.catalogue.access
    restrictions = restrictions_of(access, attributes=asked.attributes)
    verdict = validate(sql, schema=access.visible, row_limit=asked.limits.max_rows, restrictions=restrictions)
    if not isinstance(verdict, Accepted):
        return None
    bounded = replace(asked.limits, deadline_ms=min(asked.limits.deadline_ms, deadline_ms), max_rows=verdict.row_limit)
    try:
        asked.cancellation.raise_if_cancelled()
        return traced_read(
            asked.connector, verdict.sql, limits=bounded, cancellation=asked.cancellation, source_id=asked.source_id
        )
    except DeadlineExceeded:
        return None
    except Cancelled:
        raise
    except DomainError:
        return None


def _second(asked: Asked, request: GenerationRequest, accepted: Accepted, result: ResultSet) -> SecondOpinion | None:
    composed = compose(replace(request, feedback=None))
    if not isinstance(composed, Draft):
        return None
    other = _read(asked, composed.sql, deadline_ms=SECOND_DEADLINE_MS)
    if other is None or other.truncated or result.truncated:
        return SecondOpinion(sql=composed.sql, agreement="not compared")
    mine, its = json_rows(result), json_rows(other)
    is_same = same_result(mine, its, ordered=False, extra_columns_allowed=True) or same_result(
        its, mine, ordered=False, extra_columns_allowed=True
    )
    return SecondOpinion(sql=composed.sql, agreement="agrees" if is_same else "disagrees")
