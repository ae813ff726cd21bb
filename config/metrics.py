"""Metrics for Prometheus: of the web process at `/metrics`, of a separate worker on a port of its own.

Where several processes serve one address, or a worker forks, `PROMETHEUS_MULTIPROC_DIR` names an empty folder that they
share; it is the client library's own variable, and read before anything is counted.
"""

import hmac

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector


def metrics(request: HttpRequest) -> HttpResponse:
    """404 without the token too: there is nothing here for people."""
    token = settings.ENVIRONMENT.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token is None or not hmac.compare_digest(given.encode(), token.get_secret_value().encode()):
        raise Http404
    return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def serve_metrics() -> None:
    """In a thread of the process, for as long as it lives; nothing where no port is set."""
    port = settings.ENVIRONMENT.metrics_port
    if port is not None:
        start_http_server(port, registry=_registry())


def _registry() -> CollectorRegistry:
    if settings.ENVIRONMENT.prometheus_multiproc_dir is None:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library's own omission
    return registry
