"""An answer's statement, changed by its asker, as a question of its own."""

from uuid import UUID

from nl2sql.running.ask_request import AskRequest
from nl2sql.running.own_run import find
from schema_index.models import DataSource
from schema_index.sources import DataSourceNotFound
from tenants.context import tenant_transaction
from tenants.principal import Principal


def rerun_request(principal: Principal, run_id: UUID, *, sql: str, max_rows: int | None = None) -> AskRequest:
    """The same question in the same conversation, answered by `sql`. Raises RunNotFound, or DataSourceNotFound where
    the source is gone."""
    run = find(principal, run_id)
    with tenant_transaction(principal.tenant_id):
        # By its id: its slug may be another's by now.
        source = DataSource.objects.filter(id=run.source_id or UUID(int=0)).first()
    if source is None:
        raise DataSourceNotFound("The data source is gone.")
    return AskRequest(
        question=run.question,
        data_source=source.slug,
        conversation_id=run.conversation_id,
        max_rows=max_rows or run.max_rows,
        metadata=run.metadata,
        given_sql=sql,
        rerun_of=run.id,
    )
