"""A caller's own conversations: found, renamed, deleted with their runs. Everything here needs an open scope."""

from uuid import UUID

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from nl2sql.models import Conversation, Run
from nl2sql.models.run import AT_WORK
from nl2sql.running.close import close_left_behind
from tenants import audit
from tenants.domain_error import DomainError, existing
from tenants.principal import Principal
from tenants.roles import Permission

MAX_TITLE = 200
MAX_SEARCH = 200


class RunAtWork(DomainError):
    """A question of the conversation is being answered: cancel it, or wait for its end."""

    code = "in_progress"


def own(principal: Principal, *, search: str = "") -> "QuerySet[Conversation]":
    """Those of the caller, each with `run_count` and `last_run_at`; `search` is looked for in titles and questions."""
    principal.require(Permission.ASK)
    found = Conversation.objects.filter(actor=principal.actor)
    if search:
        asked = Run.objects.filter(conversation=OuterRef("pk"), question__icontains=search)
        found = found.filter(Q(title__icontains=search) | Exists(asked))
    runs = Run.objects.filter(conversation=OuterRef("pk")).order_by().values("conversation")
    return found.annotate(
        run_count=Coalesce(Subquery(runs.annotate(found=Count("id")).values("found")), 0),
        last_run_at=Subquery(runs.annotate(found=Max("created_at")).values("found")),
    )


def find(principal: Principal, conversation_id: UUID) -> Conversation:
    """Raises NotFound."""
    return existing(own(principal).filter(id=conversation_id).first(), "There is no such conversation.")


def runs_of(conversation: Conversation) -> "QuerySet[Run]":
    """Without what they answered, which a policy may keep from the caller by now."""
    return Run.objects.filter(conversation=conversation).defer("reply", "sql", "error_detail")


def rename(principal: Principal, conversation_id: UUID, *, title: str) -> Conversation:
    """Raises NotFound."""
    conversation = find(principal, conversation_id)
    conversation.title = title
    conversation.save(update_fields=["title"])
    return conversation


def delete(principal: Principal, conversation_id: UUID) -> None:
    """With its runs and all that is stored of them. Raises NotFound or RunAtWork."""
    # Locked, so that no question joins it meanwhile.
    conversation = own(principal).select_for_update().filter(id=conversation_id).first()
    conversation = existing(conversation, "There is no such conversation.")
    # An older one was left behind by its process, and stands in nobody's way.
    at_work = Run.objects.filter(conversation=conversation, status__in=AT_WORK)
    if any(close_left_behind(run).is_at_work for run in at_work):
        raise RunAtWork("A question of this conversation is being answered: cancel it, or wait for its end.")
    audit.record("conversation.deleted", actor=principal.actor, subject=str(conversation.id))
    conversation.delete()
