"""One call of a language model as a span, by OpenTelemetry's conventions for generative AI (semconv 1.41)."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry.trace import Span, SpanKind

from nl2sql.generation.completion import Completion
from nl2sql.generation.model_settings import ModelSettings
from tenants.tracing import traced

PROVIDER = "openai"
"""What the conventions name for whoever speaks its protocol."""


@contextmanager
def model_span(settings: ModelSettings) -> Iterator[Span]:
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": PROVIDER,
        "gen_ai.request.model": settings.model,
        "gen_ai.request.temperature": settings.temperature,
        "gen_ai.request.seed": settings.seed,
        "gen_ai.request.max_tokens": settings.max_output_tokens,
        "gen_ai.output.type": "json",
    }
    with traced(f"chat {settings.model}", attributes=attributes, kind=SpanKind.CLIENT) as span:
        yield span


def note_completion(span: Span, completion: Completion) -> None:
    """What it took, where the endpoint told; never what it says."""
    span.set_attribute("gen_ai.response.finish_reasons", [completion.finish])
    if completion.is_counted:
        span.set_attribute("gen_ai.usage.input_tokens", completion.input_tokens)
        span.set_attribute("gen_ai.usage.output_tokens", completion.output_tokens)
