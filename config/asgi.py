"""The ASGI application. With the in-memory broker, this process also carries the Celery worker."""

import atexit
import os
from contextlib import ExitStack

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from django.conf import settings

from config.connection_pool import share_connections
from config.startup import ensure_database_server, refuse_unready_database, refuse_untried_state
from config.tracing import start_tracing

REQUESTS_AT_ONCE = 1_024
"""More than a server takes in at a time."""

ensure_database_server()
if not settings.ENVIRONMENT.embedded_worker:
    share_connections(at_once=REQUESTS_AT_ONCE)
stop_tracing = start_tracing(service="querent-web")
site = get_asgi_application()
refuse_unready_database()
refuse_untried_state()

# After the applications are loaded, which they need.
from config.embedded_worker import embedded_worker  # noqa: E402
from config.errors import refused  # noqa: E402
from nl2sql.mcp.door import beside  # noqa: E402

application = beside(site, refuse=refused)

_running = ExitStack()
_running.callback(stop_tracing)
_running.enter_context(embedded_worker())
atexit.register(_running.close)
