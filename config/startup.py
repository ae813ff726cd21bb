"""What every process does before it serves: have a database server, and a role that tenants' isolation binds."""

from django.conf import settings

from config.embedded_postgres import EmbeddedPostgres


def ensure_database_server() -> None:
    """Start the embedded server where it is the database; nothing otherwise."""
    if settings.ENVIRONMENT.embedded:
        EmbeddedPostgres(settings.ENVIRONMENT.querent_home).ensure_running()
