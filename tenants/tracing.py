"""Marks where spans of a trace begin and end. Without the extra `otel` and an endpoint they are nothing, and cost as
much.

What stands in a span is read by whoever runs the installation: ids, names, counts, and what kind of error it was; never
a question, a row, or an error's own words.
"""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager

from opentelemetry import trace
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.util.types import AttributeValue

TRACER = trace.get_tracer("querent")


@contextmanager
def traced(
    name: str, *, attributes: Mapping[str, AttributeValue | None], kind: SpanKind = SpanKind.INTERNAL
) -> Iterator[Span]:
    """A span of the block; attributes that are None are left out."""
    known = {key: value for key, value in attributes.items() if value is not None}
    # The library would write down what an exception says.
    with (
        TRACER.start_as_current_span(
            name, kind=kind, attributes=known, record_exception=False, set_status_on_exception=False
        ) as span,
        ExitStack() as left,
    ):
        left.push(lambda _, error, __: None if error is None else fail(span, _kind_of(error)))
        yield span


def fail(span: Span, kind: str) -> None:
    """`kind` is an error's code, or its class: one of few."""
    span.set_attribute("error.type", kind)
    span.set_status(Status(StatusCode.ERROR))


def _kind_of(error: BaseException) -> str:
    found = getattr(error, "code", None) or getattr(error, "kind", None)
    return found if isinstance(found, str) else type(error).__name__
