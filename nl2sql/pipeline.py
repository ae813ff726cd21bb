"""The story of one question: a generator of events that every door consumes. No app transaction is open in here."""

import time
from collections.abc import Generator as Steps
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from nl2sql.checked_answer import checked_answer
from nl2sql.events import (
    Answered,
    AskedBack,
    Blocked,
    CannotAnswer,
    Doubted,
    Drafted,
    Event,
    Failed,
    Found,
    Passed,
    QueryFailed,
    StepDone,
    StepName,
)
from nl2sql.evidence import Asked
from nl2sql.generation.base import (
    Clarify,
    Draft,
    Feedback,
    Generation,
    GenerationRequest,
    Refused,
    Usage,
)
from nl2sql.generation.errors import LlmError
from nl2sql.repair import after_doubt, after_query_error, after_violations
from nl2sql.reuse.reuse import Reused, reuse
from nl2sql.task import Task
from nl2sql.trust import grain
from nl2sql.validation.restrictions import restrictions_of
from nl2sql.validation.validate import validate
from nl2sql.validation.verdict import Accepted, Rejected, Verdict
from nl2sql.verified_drafts import examples, verified_draft
from schema_index.connectors.base import DataSourceError, QueryTooExpensive, ResultSet
from schema_index.retrieval.retrieve import retrieve
from schema_index.retrieval.types import NothingFound
from tenants.domain_error import DomainError

MAX_REPAIRS = 1
"""Rounds after the first draft. Each costs a model call; a second rarely mends what the first could not."""


def answer(task: Task) -> Iterator[Event]:
    """Ends with exactly one of Answered, AskedBack, CannotAnswer or Failed."""
    try:
        started = time.monotonic()
        retrieved = retrieve(
            task.question,
            tenant_id=task.tenant_id,
            source_id=task.source_id,
            catalogue=task.catalogue,
            embedder=task.embedder,
            top_k=task.top_k,
            role=task.role,
        )
        yield Found(retrieved=retrieved)
        yield _done("retrieve", started)
        request = GenerationRequest(
            question=task.question,
            schema=task.catalogue.schema,
            tables=retrieved.tables,
            masked=task.catalogue.access.masked,
            aggregate_only=task.catalogue.access.aggregate_only,
            knowledge=retrieved.knowledge,
            values=retrieved.values,
            today=task.today,
            max_rows=task.limits.max_rows,
            language=task.language,
        )
        started = time.monotonic()
        reused = reuse(task.question, known=task.verified, values=retrieved.values)
        if reused is not None and (yield from _reuse(task, request, reused, started=started)):
            return
        if retrieved.nothing is not None:
            yield CannotAnswer(refused=_nothing_similar(retrieved.nothing), usage=Usage())
            return
        if not task.generator.places_every_word:
            likest = examples(task.question, known=task.verified, judge=partial(_judge, task))
            request = replace(request, examples=likest)
    except DomainError as error:
        yield _failed(error, Usage())
        return
    yield from _or_doubted(_attempts(task, request))


def _reuse(task: Task, request: GenerationRequest, reused: Reused, *, started: float) -> Steps[Event, None, bool]:
    """Whether the verified statement answered. Where the asker may not run it, or the database will not, the story goes
    on as if nobody had verified anything."""
    draft = verified_draft(reused)
    if isinstance(_judge(task, draft.sql), Rejected):
        return False
    yield _done("generate", started)
    yield Drafted(draft=draft)
    failed = yield from _try(task, request, draft, attempt=1, last=False, spent=Usage())
    return failed is None


def _attempts(task: Task, request: GenerationRequest) -> Iterator[Event]:
    spent = Usage()
    try:
        for attempt in range(1, MAX_REPAIRS + 2):
            started = time.monotonic()
            generation = task.generator.generate(request)
            spent = _sum(spent, generation.usage)
            yield _done("generate", started, attempt)
            if not isinstance(generation, Draft):
                yield _not_a_draft(generation, spent)
                return
            yield Drafted(draft=generation)
            last = attempt == MAX_REPAIRS + 1 or not task.generator.can_repair
            feedback = yield from _try(task, request, generation, attempt=attempt, last=last, spent=spent)
            if feedback is None:
                return
            request = replace(request, feedback=feedback)
    except LlmError as error:
        yield _failed(error, _sum(spent, error.usage))
    except DomainError as error:
        yield _failed(error, spent)


def _or_doubted(events: Iterator[Event]) -> Iterator[Event]:
    """Where the repair of a doubtful answer leads nowhere, that answer stands, with its failed check."""
    doubtful: Answered | None = None
    for event in events:
        if isinstance(event, Doubted):
            doubtful = event.answer
        if doubtful is not None and isinstance(event, AskedBack | CannotAnswer | Failed):
            yield replace(doubtful, usage=event.usage)
            return
        yield event


def _try(
    task: Task, request: GenerationRequest, draft: Draft, *, attempt: int, last: bool, spent: Usage
) -> Steps[Event, None, Feedback | None]:
    """One draft through guard and database. Returns what a repair should know, or None when the story has ended."""
    started = time.monotonic()
    verdict = _judge(task, draft.sql)
    yield _done("validate", started, attempt)
    if isinstance(verdict, Rejected) and _is_refusal(task, verdict):
        yield CannotAnswer(refused=Refused(message=verdict.violations[0].message), usage=spent)
        return None
    if isinstance(verdict, Rejected):
        yield Blocked(sql=draft.sql, violations=verdict.violations)
        if not last:
            return after_violations(draft.sql, verdict.violations)
        yield _blocked(verdict, spent)
        return None
    yield Passed(accepted=verdict, repaired=attempt > 1)
    started = time.monotonic()
    try:
        result = _run(task, verdict)
    except (DataSourceError, QueryTooExpensive) as failure:
        error = _readable(failure, verdict)
        yield QueryFailed(sql=verdict.shown, message=error.message)
        if not last:
            return after_query_error(verdict.shown, error)
        yield _failed(error, spent)
        return None
    if result is not None:
        yield _done("execute", started, attempt)
    return (yield from _concluded(task, request, draft, verdict, result, attempt=attempt, last=last, spent=spent))


def _concluded(
    task: Task,
    request: GenerationRequest,
    draft: Draft,
    verdict: Accepted,
    result: ResultSet | None,
    *,
    attempt: int,
    last: bool,
    spent: Usage,
) -> Steps[Event, None, Feedback | None]:
    """What ran through the checks of trust. Rows that were counted twice are no answer; a filter that finds nothing, or
    an odd join, is one to be marked."""
    started = time.monotonic()
    checked = checked_answer(_asked(task), request, draft=draft, accepted=verdict, result=result)
    answered = replace(checked, repaired=attempt > 1, usage=spent)
    yield _done("check", started, attempt)
    certain = next((check for check in answered.checks if check.repair), None)
    if certain is None or draft.vouched is not None:
        yield answered
        return None
    is_refused = certain.name == grain.NAME
    if not last:
        yield Doubted(sql=verdict.shown, check=certain, answer=None if is_refused else answered)
        return after_doubt(verdict.shown, certain)
    refused = Refused(message=f"The statement that was written would answer wrongly: {certain.detail}")
    yield CannotAnswer(refused=refused, usage=spent) if is_refused else answered
    return None


def _asked(task: Task) -> Asked:
    return Asked(
        tenant_id=task.tenant_id,
        source_id=task.source_id,
        catalogue=task.catalogue,
        connector=task.connector,
        limits=task.limits,
        every_word_placed=task.generator.places_every_word,
        revision=task.revision,
        synced_at=task.synced_at,
        attributes=task.attributes,
    )


def _judge(task: Task, sql: str) -> Verdict:
    access = task.catalogue.access
    restrictions = restrictions_of(access, attributes=task.attributes)
    return validate(sql, schema=access.visible, row_limit=task.limits.max_rows, restrictions=restrictions)


def _is_refusal(task: Task, rejected: Rejected) -> bool:
    """Where every word has its place and no other statement can be written, what only a policy forbids is refused."""
    codes = {violation.code for violation in rejected.violations}
    return task.generator.places_every_word and codes == {"aggregate_only"}


def _readable(error: DataSourceError | QueryTooExpensive, accepted: Accepted) -> DataSourceError | QueryTooExpensive:
    """The engine's own words are about the text that ran, which may name what is hidden from whoever reads them."""
    if not accepted.stated or not isinstance(error, DataSourceError):
        return error
    details = {name: value for name, value in error.details.items() if name != "diagnostic"}
    return DataSourceError(error.message, **details)


def _run(task: Task, accepted: Accepted) -> ResultSet | None:
    if task.mode == "sql":
        return None
    if task.mode == "dry_run":
        # Of a proven query, all engines answer EXPLAIN as rows, without running it.
        task.connector.read(f"EXPLAIN {accepted.sql}", limits=replace(task.limits, max_cost=None))
        return None
    return task.connector.read(accepted.sql, limits=replace(task.limits, max_rows=accepted.row_limit))


def _not_a_draft(generation: Generation, spent: Usage) -> Event:
    if isinstance(generation, Clarify):
        return AskedBack(clarify=generation, usage=spent)
    assert isinstance(generation, Refused)
    return CannotAnswer(refused=generation, usage=spent)


def _failed(error: DomainError, spent: Usage) -> Failed:
    return Failed(code=error.code, message=error.message, details=dict(error.details), usage=spent)


def _blocked(verdict: Rejected, spent: Usage) -> Failed:
    first = verdict.violations[0]
    return Failed(
        code="sql_blocked",
        message=f"The statement was blocked: {first.message}",
        details={"rule": first.code, "hint": first.hint, "rules": sorted({one.code for one in verdict.violations})},
        usage=spent,
    )


def _nothing_similar(nothing: NothingFound) -> Refused:
    return Refused(message="Nothing in this data source is about that question.", available=nothing.closest)


def _done(name: StepName, started: float, attempt: int = 1) -> StepDone:
    return StepDone(name=name, ms=round((time.monotonic() - started) * 1000), attempt=attempt)


def _sum(one: Usage, other: Usage) -> Usage:
    return Usage(
        model=other.model or one.model,
        input_tokens=one.input_tokens + other.input_tokens,
        output_tokens=one.output_tokens + other.output_tokens,
    )
