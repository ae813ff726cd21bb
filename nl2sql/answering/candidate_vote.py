"""Further statements for a hard question, each through guard and database, and the vote among them."""

import time
from collections.abc import Generator as Steps
from collections.abc import Sequence
from dataclasses import replace

from nl2sql.answering.attempt import failed, judge, run, step_done
from nl2sql.answering.candidates import APPROACHES, Candidate, groups_of
from nl2sql.answering.checked_answer import checked_answer
from nl2sql.events import Answered, Blocked, Drafted, Event, Failed, Passed, StepStarted
from nl2sql.generation.base import Draft, GenerationRequest
from nl2sql.generation.errors import LlmError
from nl2sql.task import Task
from nl2sql.trust.agreement import OtherStatement, agreement
from nl2sql.validation.verdict import Rejected
from tenants.cancellation import Cancelled, DeadlineExceeded
from tenants.domain_error import DomainError

SECONDS = 60.0
"""No further candidate is begun after so long, and none runs longer on the target than what is left of it."""


def candidate_vote(task: Task, request: GenerationRequest, first: Answered) -> Steps[Event, None, Answered | Failed]:
    """At most `task.candidates` statements, one model call each; the first is there already. What most of them find is
    the answer; in a tie, the one that passes more checks, then the earlier."""
    assert first.result is not None
    yield StepStarted(name="candidates")
    started = time.monotonic()
    found = [Candidate(draft=first.draft, accepted=first.accepted, result=first.result)]
    lost: list[OtherStatement] = []
    spent, written = first.usage, 1
    try:
        for approach in APPROACHES[: task.candidates - 1]:
            left_s = SECONDS - (time.monotonic() - started)
            task.cancellation.raise_if_cancelled()
            if left_s <= 0:
                break
            generation = task.generator.generate(
                replace(request, feedback=None, approach=approach), cancellation=task.cancellation
            )
            spent, written = spent.plus(generation.usage), written + 1
            if isinstance(generation, Draft):
                candidate = yield from _ran(task, generation, found, left_s=left_s)
                if isinstance(candidate, Candidate):
                    found.append(candidate)
                else:
                    lost.append(candidate)
    except LlmError as error:
        spent, written = spent.plus(error.usage), written + 1
    except Cancelled as error:
        if not isinstance(error, DeadlineExceeded):
            return failed(error, spent)
    except DomainError:
        written += 1  # its prompt could not be made: the answer that there is stands
    yield step_done("candidates", started)
    best, winners = _elected(task, request, first, found)
    agreed = len(winners)
    if best.draft != first.draft:
        yield Drafted(draft=best.draft)
        yield Passed(accepted=best.accepted, repaired=False)
    draft, checks = replace(best.draft, agreed=(agreed, written)), (*best.checks, agreement(agreed, of=written))
    others = (*(_other(one, winners) for one in found if one.draft is not best.draft), *lost)
    receipt = best.receipt and replace(best.receipt, others=others)
    return replace(best, draft=draft, usage=spent, checks=checks, receipt=receipt)


def _other(candidate: Candidate, winners: Sequence[Candidate]) -> OtherStatement:
    agrees = any(candidate is one for one in winners)
    return OtherStatement(sql=candidate.accepted.shown, fate="same_rows" if agrees else "other_rows")


def _ran(
    task: Task, draft: Draft, found: list[Candidate], *, left_s: float
) -> Steps[Event, None, Candidate | OtherStatement]:
    """Where the guard or the database refuses it, nothing is mended here."""
    verdict = judge(task, draft.sql)
    if isinstance(verdict, Rejected):
        yield Blocked(sql=draft.sql, violations=verdict.violations)
        return OtherStatement(sql=draft.sql, fate="blocked")
    same = next((one for one in found if one.accepted.sql == verdict.sql), None)
    if same is not None:
        return Candidate(draft=draft, accepted=verdict, result=same.result)
    limits = replace(task.limits, deadline_ms=max(1, min(task.limits.deadline_ms, round(left_s * 1000))))
    try:
        result = run(replace(task, limits=limits), verdict)
    except Cancelled:
        raise
    except DomainError:
        result = None
    if result is None:
        return OtherStatement(sql=verdict.shown, fate="failed")
    return Candidate(draft=draft, accepted=verdict, result=result)


def _elected(
    task: Task, request: GenerationRequest, first: Answered, found: list[Candidate]
) -> tuple[Answered, Sequence[Candidate]]:
    """The answer, and all that found its rows. A statement that a check finds certainly wrong wins over nothing."""
    groups = groups_of(found)
    best, winners, passes = first, groups[0], -1
    for group in groups:
        if len(group) < max(map(len, groups)):
            continue
        answered = first if group is groups[0] else _checked(task, request, group[0])
        count = sum(check.outcome == "passed" for check in answered.checks)
        is_wrong = answered is not first and any(check.repair for check in answered.checks)
        if count > passes and not is_wrong:
            best, winners, passes = answered, group, count
    return best, winners


def _checked(task: Task, request: GenerationRequest, one: Candidate) -> Answered:
    return checked_answer(task, request, draft=one.draft, accepted=one.accepted, result=one.result)
