"""A run and its steps as spans of a trace."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.trace import Span

from nl2sql.events import Answered, AskedBack, CannotAnswer, Event, Failed, StepDone, StepStarted
from nl2sql.models import Run
from tenants.cancellation import Cancelled
from tenants.tracing import TRACER, fail, traced


@contextmanager
def run_span(run: Run) -> Iterator[Callable[[Event], None]]:
    """To be called with each event, in the thread in which the run goes on: what is done after a step has begun is
    part of it."""
    attributes = {
        "querent.run.id": str(run.id),
        "querent.tenant.id": str(run.tenant_id),
        "querent.mode": run.mode,
        "querent.request.id": run.request_id or None,
    }
    with traced("run", attributes=attributes) as span:
        steps = _Steps(span)
        try:
            yield steps.note
        finally:
            steps.end()


class _Steps:
    def __init__(self, run: Span) -> None:
        self._run = run
        self._leave: Callable[[], None] | None = None

    def note(self, event: Event) -> None:
        match event:
            case StepStarted():
                self.end()  # one that failed has no end of its own
                span = TRACER.start_span(event.name, attributes={"querent.attempt": event.attempt})
                token = context.attach(trace.set_span_in_context(span))

                def leave() -> None:
                    context.detach(token)
                    span.end()

                self._leave = leave
            case StepDone():
                self.end()
            case Answered() | AskedBack() | CannotAnswer() | Failed():
                self.end()
                self._conclude(event)

    def end(self) -> None:
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()

    def _conclude(self, ending: Answered | AskedBack | CannotAnswer | Failed) -> None:
        self._run.set_attribute("querent.ending", type(ending).__name__)
        if isinstance(ending, Failed) and ending.code != Cancelled.code:
            fail(self._run, ending.code)
        if ending.usage.model:
            self._run.set_attribute("gen_ai.usage.input_tokens", ending.usage.input_tokens)
            self._run.set_attribute("gen_ai.usage.output_tokens", ending.usage.output_tokens)
