"""Metrics for Prometheus: of the web process at `/metrics`, of a separate worker on a port of its own.

Where several processes serve one address, or a worker forks, `PROMETHEUS_MULTIPROC_DIR` names an empty folder that they
share; it is the client library's own variable, and read before anything is counted.
"""

import hmac

import structlog
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, start_http_server
from prometheus_client.multiprocess import MultiProcessCollector

_log = structlog.stdlib.get_logger(__name__)

NEEDS_A_PORT = "no metrics are served: give each worker of a machine a METRICS_PORT of its own"
NEEDS_A_FOLDER = "what forked processes count is not served: name an empty folder in PROMETHEUS_MULTIPROC_DIR"


def metrics(request: HttpRequest) -> HttpResponse:
    """404 without the token too: there is nothing here for people."""
    token = settings.ENVIRONMENT.metrics_token
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token is None or not hmac.compare_digest(given.encode(), token.get_secret_value().encode()):
        raise Http404
    return HttpResponse(generate_latest(_registry()), content_type=CONTENT_TYPE_LATEST)


def serve_metrics(*, forks: bool) -> None:
    """In a thread of the process, for as long as it lives; nothing where no port is set. What keeps numbers from being
    read stands in the log: work goes on without them."""
    environment = settings.ENVIRONMENT
    if environment.metrics_port is None:
        return
    if forks and environment.prometheus_multiproc_dir is None:
        _log.warning(NEEDS_A_FOLDER)
    try:
        start_http_server(environment.metrics_port, registry=_registry())
    except OSError as error:
        _log.error(NEEDS_A_PORT, port=environment.metrics_port, reason=error.strerror)


def _registry() -> CollectorRegistry:
    if settings.ENVIRONMENT.prometheus_multiproc_dir is None:
        return REGISTRY
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library's own omission
    return registry
