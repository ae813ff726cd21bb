"""The exchanges of a conversation that its next question may continue. Each read is in a transaction of its own."""

from nl2sql.generation.base import Exchange
from nl2sql.models import Run, RunStatus
from tenants.context import tenant_scope

MAX_EXCHANGES = 3
"""Earlier questions that a model sees: what a person still has in view. The prompt bounds their length besides."""


def history(run: Run) -> tuple[Exchange, ...]:
    """Oldest first. `run` is the question that is asked now, with its access digest.

    Only answered questions of the same asker, about the same source, under what the asker may see today, and none from
    before a new topic: anything else must not speak through a prompt.
    """
    if run.new_topic or not run.access_digest:
        return ()
    with tenant_scope(run.tenant_id):
        earlier = Run.objects.filter(
            conversation_id=run.conversation_id, actor=run.actor, created_at__lt=run.created_at
        ).exclude(id=run.id)
        # Most questions are the first of their conversation.
        topics = earlier.order_by("new_topic", "created_at").values_list("new_topic", "created_at")
        last = topics.last()
        if last is None:
            return ()
        is_topic, since = last
        if is_topic:
            earlier = earlier.filter(created_at__gte=since)
        answered = earlier.filter(
            source_id=run.source_id, status=RunStatus.COMPLETED, access_digest=run.access_digest
        ).order_by("-created_at", "-id")
        # Parts of the reply alone: its rows may be megabytes, and are nobody's context.
        rows = answered.values_list(
            *("id", "question", "choice", "reply__interpreted_as", "reply__sql__text", "reply__sql__tables"),
            "reply__result__columns",
        )[:MAX_EXCHANGES]
        found = [
            Exchange(
                run_id=str(run_id),
                question=f"{question} ({choice})" if choice else question,
                interpreted_as=read or "",
                sql=sql,
                tables=tuple(tables or ()),
                columns=tuple(column["name"] for column in columns or ()),
            )
            for run_id, question, choice, read, sql, tables, columns in rows
            if sql
        ]
    return tuple(reversed(found))
