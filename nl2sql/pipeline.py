"""The story of one question: a generator of events that every door consumes. No app transaction is open in here."""

import time
from collections.abc import Generator as Steps
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from nl2sql.answering import answer_cache
from nl2sql.answering.answer_cache import Kept
from nl2sql.answering.attempt import Setback, attempt, failed, judge, step_done
from nl2sql.answering.candidate_vote import candidate_vote
from nl2sql.answering.candidates import is_hard
from nl2sql.answering.meant_values import with_meant_values
from nl2sql.answering.rounds import rounds
from nl2sql.answering.verified_drafts import examples, verified_draft
from nl2sql.events import Answered, CannotAnswer, Drafted, Event, Found, StepStarted
from nl2sql.follow_up.retrieval import retrieve_in_conversation
from nl2sql.generation.base import Draft, GenerationRequest, Refused, Usage
from nl2sql.reuse.reuse import Reused, reuse
from nl2sql.task import Task
from nl2sql.validation.verdict import Rejected
from schema_index.retrieval.types import Retrieved
from tenants.domain_error import DomainError
from tenants.outage import through_outage

GIVEN = "edited"
"""Who wrote a statement of the asker's own."""


def answer(task: Task) -> Iterator[Event]:
    """Ends with exactly one of Answered, AskedBack, CannotAnswer or Failed."""
    try:
        if task.given_sql:
            yield from _given(task)
            return
        started = time.monotonic()
        key, kept = through_outage(lambda: answer_cache.look_up(task))
        if kept is not None and (yield from _recalled(task, key, kept, started=started)):
            return
        retrieved: Retrieved | None = None
        for event in _anew(task):
            if isinstance(event, Found):
                retrieved = event.retrieved
            if key and retrieved is not None and isinstance(event, Answered | CannotAnswer):
                answer_cache.keep(task, key=key, retrieved=retrieved, ending=event)
            yield event
    except DomainError as error:
        yield failed(error)


def _given(task: Task) -> Iterator[Event]:
    """A statement that the asker wrote or changed: through the same guard and checks, without a model."""
    draft = Draft(sql=task.given_sql, generator=GIVEN, is_given=True)
    yield Drafted(draft=draft)
    outcome = yield from attempt(task, _request(task, Retrieved(tables=(), knowledge=(), values=())), draft)
    yield outcome.ending if isinstance(outcome, Setback) else outcome


def _recalled(task: Task, key: str, kept: Kept, *, started: float) -> Steps[Event, None, bool]:
    """Whether what was written for the same question in the same state answered. Its statement is proven and run like
    any other; where that fails, it is forgotten and the story begins anew."""
    yield Found(retrieved=kept.retrieved)
    yield step_done("recall", started)
    if isinstance(kept.written, Refused):
        yield CannotAnswer(refused=kept.written, usage=Usage())
        return True
    yield Drafted(draft=kept.written)
    outcome = yield from attempt(task, _request(task, kept.retrieved), kept.written)
    if not isinstance(outcome, Answered):
        answer_cache.forget(task.tenant_id, key=key)
        return False
    assert outcome.receipt is not None
    yield replace(outcome, receipt=replace(outcome.receipt, cached=True))
    return True


def _anew(task: Task) -> Iterator[Event]:
    yield StepStarted(name="retrieve")
    started = time.monotonic()
    retrieved = through_outage(lambda: retrieve_in_conversation(task))
    task.cancellation.raise_if_cancelled()
    yield Found(retrieved=retrieved)
    yield step_done("retrieve", started)
    request = _request(task, retrieved)
    started = time.monotonic()
    reused = reuse(task.question, known=task.verified, values=retrieved.values)
    if reused is not None and (yield from _reuse(task, request, reused, started=started)):
        return
    if not retrieved.tables:
        yield CannotAnswer(refused=_nothing_similar(retrieved), usage=Usage())
        return
    if not task.generator.places_every_word:
        likest = examples(task.question, known=task.verified, judge=partial(judge, task))
        request = replace(request, examples=likest)
    for event in rounds(task, request):
        if isinstance(event, Answered) and _wants_candidates(task, event, retrieved):
            yield (yield from candidate_vote(task, request, event))
        elif isinstance(event, CannotAnswer) and task.generator.places_every_word:
            yield replace(event, refused=through_outage(partial(with_meant_values, task, event.refused)))
        else:
            yield event


def _wants_candidates(task: Task, answered: Answered, retrieved: Retrieved) -> bool:
    can_differ = task.candidates > 1 and task.generator.can_repair and answered.result is not None
    return can_differ and is_hard(answered, tables=retrieved.tables)


def _request(task: Task, retrieved: Retrieved) -> GenerationRequest:
    return GenerationRequest(
        question=task.question,
        schema=task.catalogue.schema,
        tables=retrieved.tables,
        limited=task.catalogue.access.limited,
        knowledge=retrieved.knowledge,
        values=retrieved.values,
        history=task.history,
        clarified=task.clarified,
        today=task.today,
        time_zone=task.time_zone,
        fiscal_month=task.fiscal_month,
        max_rows=task.limits.max_rows,
        language=task.language,
    )


def _reuse(task: Task, request: GenerationRequest, reused: Reused, *, started: float) -> Steps[Event, None, bool]:
    """Whether the verified statement answered. Where the asker may not run it, or the database will not, the story goes
    on as if nobody had verified anything."""
    draft = verified_draft(reused)
    if isinstance(judge(task, draft.sql), Rejected):
        return False
    yield StepStarted(name="generate")
    yield step_done("generate", started)
    yield Drafted(draft=draft)
    outcome = yield from attempt(task, request, draft)
    if isinstance(outcome, Setback):
        return False
    yield outcome
    return True


def _nothing_similar(retrieved: Retrieved) -> Refused:
    return Refused(message="Nothing in this data source is about that question.", available=retrieved.closest)
