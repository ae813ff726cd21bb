"""One draft through guard, database and the checks of trust."""

import time
from collections.abc import Generator as Steps
from dataclasses import dataclass, replace

from nl2sql.answering.checked_answer import checked_answer
from nl2sql.answering.repair import after_doubt, after_query_error, after_violations
from nl2sql.events import (
    Answered,
    Blocked,
    CannotAnswer,
    Ending,
    Event,
    Failed,
    Passed,
    QueryFailed,
    StepDone,
    StepName,
    StepStarted,
)
from nl2sql.generation.base import Draft, Feedback, GenerationRequest, Refused, Usage
from nl2sql.task import Task
from nl2sql.trust import grain
from nl2sql.trust.check import Check
from nl2sql.validation import judge as guard
from nl2sql.validation.verdict import Accepted, Rejected, Verdict
from schema_index.connectors.base import DataSourceError, Limits, QueryTooExpensive, ResultSet
from schema_index.connectors.traced_read import traced_read
from tenants.domain_error import DomainError


@dataclass(frozen=True, slots=True, kw_only=True)
class Setback:
    """What a repair should know, and how the story ends where none follows: an answer whose `check` failed may stand,
    marked. Endings know nothing of what was spent."""

    feedback: Feedback
    ending: Ending
    check: Check | None = None


def attempt(
    task: Task, request: GenerationRequest, draft: Draft, *, number: int = 1
) -> Steps[Event, None, Ending | Setback]:
    """`number` counts from 1. Raises a DomainError where the target cannot go on."""
    yield StepStarted(name="validate", attempt=number)
    started = time.monotonic()
    verdict = judge(task, draft.sql)
    yield step_done("validate", started, number)
    if isinstance(verdict, Rejected):
        if _is_refusal(task, verdict):
            return CannotAnswer(refused=Refused(message=verdict.violations[0].message), usage=Usage())
        yield Blocked(sql=draft.sql, violations=verdict.violations)
        feedback = after_violations(draft.sql, verdict.violations, schema=request.schema)
        return Setback(feedback=feedback, ending=_blocked(verdict))
    yield Passed(accepted=verdict, repaired=number > 1)
    if task.mode != "sql":
        yield StepStarted(name="execute", attempt=number)
    started = time.monotonic()
    try:
        result = run(task, verdict)
    except (DataSourceError, QueryTooExpensive) as failure:
        error = _readable(failure, verdict)
        yield QueryFailed(sql=verdict.shown, message=error.message)
        feedback = after_query_error(verdict.shown, error, columns=verdict.columns, schema=request.schema)
        return Setback(feedback=feedback, ending=failed(error))
    if task.mode != "sql":
        yield step_done("execute", started, number)
    yield StepStarted(name="check", attempt=number)
    started = time.monotonic()
    answered = checked_answer(task, request, draft=draft, accepted=verdict, result=result)
    yield step_done("check", started, number)
    return _concluded(replace(answered, repaired=number > 1))


def _concluded(answered: Answered) -> Answered | Setback:
    """Rows that were counted twice are no answer; a filter that finds nothing, or an odd join, is one to be marked. A
    person's own statement is marked alone."""
    certain = next((check for check in answered.checks if check.repair), None)
    if certain is None or answered.draft.vouched is not None or answered.draft.is_given:
        return answered
    feedback = after_doubt(answered.accepted.shown, certain)
    if certain.name != grain.NAME:
        return Setback(feedback=feedback, ending=answered, check=certain)
    refused = Refused(message=f"The statement that was written would answer wrongly: {certain.detail}")
    return Setback(feedback=feedback, ending=CannotAnswer(refused=refused, usage=Usage()), check=certain)


def judge(task: Task, sql: str) -> Verdict:
    access, row_limit = task.catalogue.access, task.limits.max_rows
    return guard.judge(sql, access=access, attributes=task.attributes, row_limit=row_limit)


def failed(error: DomainError, spent: Usage | None = None) -> Failed:
    return Failed(code=error.code, message=error.message, details=dict(error.details), usage=spent or Usage())


def step_done(name: StepName, started: float, number: int = 1) -> StepDone:
    return StepDone(name=name, ms=round((time.monotonic() - started) * 1000), attempt=number)


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


def run(task: Task, accepted: Accepted) -> ResultSet | None:
    """Rows, or None where the mode wants none. Raises the connector's errors, and Cancelled."""
    task.cancellation.raise_if_cancelled()
    if task.mode == "sql":
        return None
    if task.mode == "dry_run":
        # Of a proven query, all engines answer EXPLAIN as rows, without running it.
        limits = replace(task.limits, max_cost=None)
        _asked(task, f"EXPLAIN {accepted.sql}", limits=limits)
        return None
    limits = replace(task.limits, max_rows=accepted.row_limit)
    return _asked(task, accepted.sql, limits=limits)


def _asked(task: Task, sql: str, *, limits: Limits) -> ResultSet:
    return traced_read(task.connector, sql, limits=limits, cancellation=task.cancellation, source_id=task.source_id)


def _blocked(verdict: Rejected) -> Failed:
    first = verdict.violations[0]
    return Failed(
        code="sql_blocked",
        message=f"The statement was blocked: {first.message}",
        details={"rule": first.code, "hint": first.hint, "rules": sorted({one.code for one in verdict.violations})},
        usage=Usage(),
    )
