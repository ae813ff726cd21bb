"""What every process does before it serves: have a database server, and a role that tenants' isolation binds."""

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor

from config.embedded_postgres import EmbeddedPostgres, EmbeddedServerFailed
from tenants.confinement import RoleBypassesIsolation, assert_confined


def ensure_database_server() -> None:
    """Start the embedded server where it is the database; nothing otherwise. Leaves with a sentence where it fails."""
    environment = settings.ENVIRONMENT
    if not environment.embedded:
        return
    try:
        EmbeddedPostgres(environment.querent_home, port=environment.embedded_postgres_port).ensure_running()
    except EmbeddedServerFailed as error:
        raise SystemExit(error.message) from error


def refuse_unready_database() -> None:
    """For the web process and the worker, after the applications are loaded: fail before serving, with a sentence."""
    try:
        assert_confined()
        missing = missing_migrations()
    except RoleBypassesIsolation as error:
        raise SystemExit(error.message) from None
    except Error:
        raise SystemExit(
            "The database cannot be reached with the address in DATABASE_URL, or was never prepared: check host, port, "
            "user and password, then run `manage.py prepare_database`."
        ) from None
    finally:
        connection.close()
    if missing:
        raise SystemExit(f"The database is not up to date ({missing} to apply): run `manage.py prepare_database`.")


def missing_migrations() -> int:
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def refuse_untried_state() -> None:
    """For the same, once that is well: where EVALUATION_GATE refuses, nothing answers with what a tenant's verified
    queries were not tried on. Processes that serve already go on."""
    if settings.ENVIRONMENT.evaluation_gate != "refuse":
        return
    from nl2sql.evaluation.accepted_states import sentence, take_into_use  # noqa: PLC0415  it needs the applications

    try:
        waiting = take_into_use()
    finally:
        connection.close()
    if waiting:
        raise SystemExit(f"{sentence(waiting)} Or let it be reported only, with EVALUATION_GATE=report.")
