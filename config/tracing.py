"""Sends spans to a collector: where OTEL_EXPORTER_OTLP_ENDPOINT is set and the extra `otel` is installed.

Requests and tasks are spans of OpenTelemetry's own instrumentations, and a task belongs to the trace that it was sent
from. What those write down beyond what we would is taken out on the way.
"""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import ReadableSpan
    from opentelemetry.sdk.trace.export import SpanExporter

_log = structlog.stdlib.get_logger(__name__)

WITHHELD = ("http.url", "http.target", "url.full", "url.query", "http.user_agent", "user_agent.original")
"""Addresses hold what is searched for."""


def start_tracing(*, service: str) -> Callable[[], None]:
    """Once a process, before requests are served. What it returns sends what is left, and ends it."""
    endpoint = settings.ENVIRONMENT.otel_exporter_otlp_endpoint
    if endpoint is None:
        return lambda: None
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415
    except ImportError:
        _log.warning("no traces are sent: install the extra `otel`")
        return lambda: None
    return _started(OTLPSpanExporter(endpoint=f"{str(endpoint).rstrip('/')}/v1/traces"), service=service)


def _started(exporter: "SpanExporter", *, service: str) -> Callable[[], None]:
    # Of the extra: whoever has it not never comes here.
    from opentelemetry import trace  # noqa: PLC0415
    from opentelemetry.instrumentation.celery import CeleryInstrumentor  # noqa: PLC0415
    from opentelemetry.instrumentation.django import DjangoInstrumentor  # noqa: PLC0415
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415

    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(discreet(exporter)))
    trace.set_tracer_provider(provider)
    instrumentors: tuple[Any, ...] = (
        DjangoInstrumentor(),
        CeleryInstrumentor(),  # type: ignore[no-untyped-call]  # it has none
    )
    for one in instrumentors:
        one.instrument(tracer_provider=provider)

    def stop() -> None:
        for one in instrumentors:
            one.uninstrument()
        provider.shutdown()

    return stop


def discreet(exporter: "SpanExporter") -> "SpanExporter":
    """Sends no address with its query, no words of an exception, no event."""
    from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult  # noqa: PLC0415

    class Discreet(SpanExporter):
        def export(self, spans: "Sequence[ReadableSpan]") -> SpanExportResult:
            return exporter.export([_plain(span) for span in spans])

        def shutdown(self) -> None:
            exporter.shutdown()

        def force_flush(self, timeout_millis: int = 30_000) -> bool:
            return exporter.force_flush(timeout_millis)

    return Discreet()


def _plain(span: "ReadableSpan") -> "ReadableSpan":
    from opentelemetry.sdk.trace import ReadableSpan  # noqa: PLC0415
    from opentelemetry.trace import Status  # noqa: PLC0415

    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={name: value for name, value in (span.attributes or {}).items() if name not in WITHHELD},
        links=span.links,
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )
