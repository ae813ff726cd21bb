"""An answer's statement, changed by its asker, or a colleague's answer, as a question of its own."""

from dataclasses import replace
from uuid import UUID

from nl2sql.models import Run
from nl2sql.running.ask_request import AskRequest
from nl2sql.running.own_run import find
from nl2sql.running.shared_run import find_readable, leans
from schema_index.models import DataSource
from schema_index.sources import DataSourceNotFound
from tenants.context import tenant_transaction
from tenants.domain_error import NotFound
from tenants.principal import Principal


def rerun_request(principal: Principal, run_id: UUID, *, sql: str, max_rows: int | None = None) -> AskRequest:
    """The same question in the same conversation, answered by `sql`. Raises NotFound, or DataSourceNotFound where
    the source is gone."""
    run = find(principal, run_id)
    return AskRequest(
        question=run.question,
        data_source=_source_of(run),
        conversation_id=run.conversation_id,
        max_rows=max_rows or run.max_rows,
        metadata=run.metadata,
        given_sql=sql,
        rerun_of=run.id,
    )


def again_request(principal: Principal, run_id: UUID) -> AskRequest:
    """A shared answer's question, for the reader's own answer; its statement, where the question says too little.

    Raises NotFound, also where the question is withheld from the reader, or DataSourceNotFound.
    """
    run = find_readable(principal, run_id)
    if not run.question:
        raise NotFound("There is no question of that run that you may see.")
    own, statement = AskRequest(question=run.question, data_source=_source_of(run)), run.reply["sql"]
    if statement is None or not leans(run):
        return own
    return replace(own, given_sql=statement["text"], rerun_of=run.id)


def _source_of(run: Run) -> str:
    with tenant_transaction(run.tenant_id):
        # By its id: its slug may be another's by now.
        source = DataSource.objects.filter(id=run.source_id or UUID(int=0)).first()
    if source is None:
        raise DataSourceNotFound("The data source is gone.")
    return source.slug
