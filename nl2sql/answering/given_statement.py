"""The story of a statement that the asker wrote or changed: through the same guard and checks, without a model."""

from collections.abc import Iterator

from nl2sql.answering.attempt import Setback, attempt, failed
from nl2sql.events import Drafted, Event
from nl2sql.generation.base import Draft, GenerationRequest
from nl2sql.task import Task
from tenants.domain_error import DomainError

GENERATOR = "edited"


def answer_given(task: Task) -> Iterator[Event]:
    """Ends with exactly one ending, like `answer`."""
    draft = Draft(sql=task.given_sql, generator=GENERATOR, is_given=True)
    request = GenerationRequest(
        question=task.question,
        schema=task.catalogue.schema,
        tables=(),
        limited=task.catalogue.access.limited,
        today=task.today,
        time_zone=task.time_zone,
        fiscal_month=task.fiscal_month,
        max_rows=task.limits.max_rows,
        language=task.language,
    )
    yield Drafted(draft=draft)
    try:
        outcome = yield from attempt(task, request, draft)
    except DomainError as error:
        yield failed(error)
        return
    yield outcome.ending if isinstance(outcome, Setback) else outcome
