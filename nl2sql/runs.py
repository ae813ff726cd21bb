"""From any door to an answer, and back to it: the one way, and the one reply."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils import timezone

from nl2sql.events import Event
from nl2sql.models import Run
from nl2sql.replies.reply import unanswered_body
from nl2sql.retention.expiry import expired, expires_at
from nl2sql.running.ask_request import AskRequest
from nl2sql.running.execute import carry_out
from nl2sql.running.own_run import find, recent
from nl2sql.running.shared_run import find_readable
from nl2sql.running.start import start
from tenants.cancellation import Cancellation
from tenants.principal import Principal
from tenants.retention import retention_of

__all__ = [
    "AskRequest",
    "ask",
    "find",
    "find_readable",
    "recent",
    "reply_of",
    "result_until",
    "run_address",
]


def ask(
    principal: Principal,
    request: AskRequest,
    *,
    request_id: str = "",
    cancellation: Cancellation | None = None,
    observe: Callable[[Event], None] | None = None,
) -> Run:
    """Ask and wait for the end, or for `cancellation`, in this thread. The returned run is over; how it ended is in its
    `status` and `reply`. `observe` is told of each event as it happens.

    Raises DomainError only where no run could be opened: permission, suspension, quota, rate, an unknown source or
    conversation.
    """
    run = start(principal, request, request_id=request_id).run
    return carry_out(run, principal, cancellation=cancellation, observe=observe)


def reply_of(run: Run, *, reader: str | None = None) -> dict[str, Any]:
    """The whole reply; of a run that is still at work, without an answer. `reader` is the actor who gets it: None is
    the asker, and to others the events are closed."""
    links = {"self": run_address(run)}
    if reader in (None, run.actor):
        links["events"] = f"{run_address(run)}/events"
    if run.actor.startswith("user:"):
        # Keys and commands have no session to open a page with.
        links["page"] = f"/runs/{run.id}"
    body = {**unanswered_body(), "status": run.status} if run.is_at_work else run.reply
    if body["result"] is not None:
        until = result_until(run)
        more = {"next": None, "csv": f"{run_address(run)}/result.csv", "expires_at": until and until.isoformat()}
        # It may be some minutes until it is swept: nobody sees it any more.
        is_over = until is not None and until <= timezone.now()
        body = expired(body) if is_over else {**body, "result": {**body["result"], **more}}
    return {
        "id": str(run.id),
        "conversation_id": str(run.conversation_id),
        "question": run.question,
        "data_source": run.source_slug,
        "result_expired": False,
        **body,
        "new_topic": run.new_topic,
        "clarifies": {"of": str(run.clarifies_id), "choice": run.choice} if run.clarifies_id else None,
        "rerun_of": str(run.rerun_of) if run.rerun_of else None,
        "metadata": run.metadata,
        "shared_at": run.shared_at.isoformat() if run.shared_at else None,
        "created_at": run.created_at.isoformat(),
        "completed_at": run.completed_at.isoformat() if run.completed_at else None,
        "links": links,
    }


def result_until(run: Run) -> datetime | None:
    """When the rows go: by the tenant's setting of now; None with the run."""
    return expires_at(run.completed_at, kept=retention_of(run.tenant).results)


def run_address(run: Run) -> str:
    return f"/api/v1/runs/{run.id}"
