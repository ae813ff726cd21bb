"""One of each kind of thing that the API's paths name."""

from nl2sql.curation import verified_queries
from nl2sql.models import Conversation, Evaluation, QueryOrigin, Run
from schema_index.knowledge import knowledge
from schema_index.models import DataSource, Document, FaqEntry
from schema_index.syncing import sync_runs
from tenants import api_keys
from tenants.context import tenant_transaction
from tenants.models import Membership
from tenants.roles import Permission
from tests.asking import ask
from tests.conftest import Member


def store_things(owner: Member, *, table: str = "customers") -> dict[str, str]:
    """Their ids by the names of path parameters, entries of knowledge by their folder. The tenant has one source with
    that table, by default the shop."""
    question = f"How many {table} are there?"
    ask(owner, question)
    with tenant_transaction(owner.tenant.id):
        source = DataSource.objects.get()
        knowledge.save_faq(question="What is paid?", answer="status = 'paid'", actor="system:test")
        knowledge.save_document(title="Terms", text="A customer is a person.", actor="system:test")
        query = verified_queries.propose(
            source=source,
            question=question,
            sql=f"SELECT COUNT(*) FROM {table}",
            origin=QueryOrigin.API,
            actor="system:test",
        )
        faq, document = FaqEntry.objects.get(), Document.objects.get()
        # Not the caller's own key, which may be revoked, nor their own place in the tenant.
        key, _ = api_keys.issue(name="spare", scopes=[Permission.ASK], actor="system:test")
        job = sync_runs.request(source, actor="system:test", send=lambda *_: None)
        evaluation = Evaluation.objects.create(tenant_id=owner.tenant.id, set_name="verified", questions=0)
        return {
            "run_id": str(Run.objects.get().id),
            "conversation_id": str(Conversation.objects.get().id),
            "query_id": str(query.id),
            "faq": str(faq.id),
            "documents": str(document.id),
            "evaluation_id": str(evaluation.id),
            "member_id": str(Membership.objects.order_by("created_at")[0].id),
            "key_id": str(key.id),
            "job_id": str(job.id),
        }
