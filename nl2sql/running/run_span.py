"""A run and its steps as spans of a trace."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from opentelemetry import context, trace
from opentelemetry.trace import Span

from nl2sql.events import Ending, Event, Failed, StepDone, StepStarted
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
    with traced("run", attributes=attributes) as span, ExitStack() as step:

        def note(event: Event) -> None:
            if isinstance(event, StepStarted | StepDone | Ending):
                step.close()  # also one that failed, which has no end of its own
            if isinstance(event, StepStarted):
                begun = TRACER.start_span(event.name, attributes={"querent.attempt": event.attempt})
                step.callback(begun.end)
                step.callback(context.detach, context.attach(trace.set_span_in_context(begun)))
            elif isinstance(event, Ending):
                _conclude(span, event)

        yield note


def _conclude(run: Span, ending: Ending) -> None:
    run.set_attribute("querent.ending", type(ending).__name__)
    if isinstance(ending, Failed) and ending.code != Cancelled.code:
        fail(run, ending.code)
    if ending.usage.model:
        run.set_attribute("gen_ai.usage.input_tokens", ending.usage.input_tokens)
        run.set_attribute("gen_ai.usage.output_tokens", ending.usage.output_tokens)
