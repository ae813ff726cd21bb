"""Drafts and their repairs, until one answers or none may follow."""

import time
from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from nl2sql.answering.attempt import Setback, attempt, failed, judge, step_done
from nl2sql.answering.repair import is_repeated
from nl2sql.clarification.settled import settled
from nl2sql.events import Answered, AskedBack, CannotAnswer, Doubted, Drafted, Ending, Event, StepStarted
from nl2sql.generation.base import Clarify, Draft, Generation, GenerationRequest, Usage
from nl2sql.generation.errors import LlmError
from nl2sql.task import Task
from tenants.cancellation import Cancelled, DeadlineExceeded
from tenants.domain_error import DomainError

MAX_REPAIRS = 2
"""Rounds after the first draft. Each costs a model call; what two could not mend, a third seldom does."""


def rounds(task: Task, request: GenerationRequest) -> Iterator[Event]:
    """Ends with exactly one ending. What asks for a repair twice over, or is written twice, ends the rounds early."""
    spent = Usage()
    standing: Answered | None = None
    ending: Ending | None = None
    drafts: list[str] = []
    doubts: set[str] = set()
    try:
        for number in range(1, MAX_REPAIRS + 2):
            yield StepStarted(name="generate", attempt=number)
            started = time.monotonic()
            task.cancellation.raise_if_cancelled()
            generation = task.generator.generate(request, cancellation=task.cancellation)
            spent = spent.plus(generation.usage)
            yield step_done("generate", started, number)
            if isinstance(generation, Clarify):
                generation = settled(generation, judge=partial(judge, task), generator=task.generator.name)
            if not isinstance(generation, Draft):
                ending = _not_a_draft(generation)
                break
            yield Drafted(draft=generation)
            if is_repeated(generation.sql, earlier=drafts):
                break
            outcome = yield from attempt(task, request, generation, number=number)
            if not isinstance(outcome, Setback):
                ending = outcome
                break
            ending = outcome.ending
            doubt = outcome.check
            if number > MAX_REPAIRS or not task.generator.can_repair or (doubt and doubt.name in doubts):
                break
            if doubt is not None:
                doubts.add(doubt.name)
                standing = ending if isinstance(ending, Answered) else standing
                yield Doubted(sql=outcome.feedback.sql, check=doubt, answer=standing)
            request = replace(request, feedback=replace(outcome.feedback, earlier=tuple(drafts)))
            drafts.append(generation.sql)
    except LlmError as error:
        spent = spent.plus(error.usage)
        ending = failed(error)
    except Cancelled as error:
        # Whoever stops a run wants no answer; at a deadline, the one that there is stands.
        ending, standing = failed(error), standing if isinstance(error, DeadlineExceeded) else None
    except DomainError as error:
        ending = failed(error)
    assert ending is not None  # the first round sets it
    # Where the repair of a doubtful answer leads nowhere, that answer stands, with its failed check.
    is_kept = standing is not None and not isinstance(ending, Answered)
    yield replace(standing if standing is not None and is_kept else ending, usage=spent)


def _not_a_draft(generation: Generation) -> Ending:
    if isinstance(generation, Clarify):
        return AskedBack(clarify=generation, usage=generation.usage)
    assert not isinstance(generation, Draft)
    return CannotAnswer(refused=generation, usage=generation.usage)
