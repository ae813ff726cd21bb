"""Gathers what the checks of an answer need to know: stored values, the span of a date column, a second opinion.

Whatever cannot be read stays unknown: no check may cost a person the answer.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from threading import RLock
from typing import Any

from cachetools import TTLCache
from sqlglot import exp

from nl2sql.evaluation.same_result import same_result
from nl2sql.execution.results import json_rows
from nl2sql.generation.base import Draft, Exchange, GenerationRequest
from nl2sql.generation.composer import compose
from nl2sql.task import Task
from nl2sql.trust.date_span import asked_spans
from nl2sql.trust.facts import Facts, KnownValues, SecondOpinion
from nl2sql.trust.literals import compared_texts
from nl2sql.trust.statement import Statement, read_statement
from nl2sql.trust.units import unit_columns
from nl2sql.validation.judge import judge
from nl2sql.validation.verdict import Accepted
from schema_index.access.access_digest import access_digest
from schema_index.connectors.base import ResultSet
from schema_index.connectors.traced_read import traced_read
from schema_index.value_dictionary.column_values import column_values
from tenants.cancellation import Cancelled, DeadlineExceeded
from tenants.context import tenant_transaction
from tenants.domain_error import DomainError

SPAN_DEADLINE_MS = 2_000
SECOND_DEADLINE_MS = 5_000
"""Of the reads that only checks need; a slower one leaves its check open."""

MAX_SPANS = 5_000
SPAN_SECONDS = 900
"""How long a column's first and last day are believed: new rows come in between."""

_Span = tuple[date, date] | None


def facts_of(
    task: Task,
    request: GenerationRequest,
    *,
    every_word_placed: bool,
    accepted: Accepted,
    result: ResultSet | None,
    follows: Exchange | None = None,
) -> Facts:
    """No transaction is open. Without a `result`, nothing is read from the target. `follows` is the exchange that the
    statement continues: the composer reads no question that leans on another."""
    statement = read_statement(accepted.shown, schema=request.schema)
    alone = every_word_placed or result is None or follows is not None
    second = None if alone or result is None else _second(task, request, result)
    return Facts(
        question=request.question,
        every_word_placed=every_word_placed,
        statement=statement,
        accepted=accepted,
        result=result,
        today=request.today,
        question_values=request.values,
        values=_values(task, statement),
        spans={} if result is None else _spans(task, statement),
        second=second,
        before=f"{follows.question} {follows.interpreted_as}" if follows else "",
    )


def _values(task: Task, statement: Statement) -> Mapping[str, KnownValues]:
    names = {*(one.column for one in compared_texts(statement)), *unit_columns(statement)}
    if not names:
        return {}
    with tenant_transaction(task.tenant_id):
        found = column_values(names, source_id=task.source_id, schema=task.catalogue.valued)
    return {name: KnownValues(texts=texts, is_whole=is_whole) for name, (texts, is_whole) in found.items()}


_kept: TTLCache[tuple[object, ...], _Span] = TTLCache(maxsize=MAX_SPANS, ttl=SPAN_SECONDS)
_lock = RLock()


def _spans(task: Task, statement: Statement) -> Mapping[str, _Span]:
    """Of the first date column that is bounded: one read, kept for a while for those who see the same rows."""
    wanted = asked_spans(statement)
    if not wanted:
        return {}
    name = wanted[0].column
    access = access_digest(policy=task.catalogue.access.digest, hidden=(), attributes=task.attributes)
    key = (task.tenant_id, task.source_id, task.revision, access, name)
    with _lock:
        if task.revision is not None and key in _kept:
            return {name: _kept[key]}
    span = _read_span(task, name)
    with _lock:
        _kept[key] = span
    return {name: span}


def _read_span(task: Task, name: str) -> _Span:
    schema = task.catalogue.schema
    table = next(one for one in schema.tables if name.startswith(f"{one.qualified_name}."))
    column = exp.column(name.removeprefix(f"{table.qualified_name}."), quoted=True)
    ends = exp.select(exp.Min(this=column), exp.Max(this=column.copy())).from_(
        exp.table_(table.name, db=table.schema, quoted=True)
    )
    result = _read(task, ends.sql(dialect=schema.dialect), deadline_ms=SPAN_DEADLINE_MS)
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


def _read(task: Task, sql: str, *, deadline_ms: int) -> ResultSet | None:
    """Through the guard and the policy, like any statement; None where that or the target refuses, or where the
    deadline has come. Raises Cancelled for a person's Stop."""
    access, row_limit = task.catalogue.access, task.limits.max_rows
    verdict = judge(sql, access=access, attributes=task.attributes, row_limit=row_limit)
    if not isinstance(verdict, Accepted):
        return None
    bounded = replace(task.limits, deadline_ms=min(task.limits.deadline_ms, deadline_ms), max_rows=verdict.row_limit)
    try:
        task.cancellation.raise_if_cancelled()
        return traced_read(
            task.connector, verdict.sql, limits=bounded, cancellation=task.cancellation, source_id=task.source_id
        )
    except DeadlineExceeded:
        return None
    except Cancelled:
        raise
    except DomainError:
        return None


def _second(task: Task, request: GenerationRequest, result: ResultSet) -> SecondOpinion | None:
    composed = compose(replace(request, feedback=None))
    if not isinstance(composed, Draft):
        return None
    other = _read(task, composed.sql, deadline_ms=SECOND_DEADLINE_MS)
    if other is None or other.truncated or result.truncated:
        return SecondOpinion(sql=composed.sql, agreement="not compared")
    mine, its = json_rows(result), json_rows(other)
    is_same = same_result(mine, its, ordered=False, extra_columns_allowed=True) or same_result(
        its, mine, ordered=False, extra_columns_allowed=True
    )
    return SecondOpinion(sql=composed.sql, agreement="agrees" if is_same else "disagrees")
