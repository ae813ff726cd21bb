"""The doors over HTTP, agents' among them: wait for the answer, or have it worked on and come back."""

from django.conf import settings

from nl2sql.models import Run
from nl2sql.running.ask_request import AskRequest
from nl2sql.running.execute import carry_out
from nl2sql.running.idempotency import IdempotencyInProgress
from nl2sql.running.own_run import find
from nl2sql.running.run_lines import tell_end
from nl2sql.running.start import start
from nl2sql.running.wait import wait_for_end
from nl2sql.tasks import send_run, send_waiting
from tenants.cancellation import NEVER, Cancellation
from tenants.principal import Principal

RETRY_AFTER_S = 1


def ask_and_wait(
    principal: Principal,
    request: AskRequest,
    *,
    request_id: str = "",
    idempotency_key: str = "",
    cancellation: Cancellation = NEVER,
) -> Run:
    """The run, over. Workers carry it out where there are any, otherwise this thread. `cancellation` stops it.

    Raises what `start` raises, and IdempotencyInProgress where an equal request is still at work.
    """
    here = settings.ENVIRONMENT.embedded_worker
    send = None if here else send_run
    started = start(principal, request, request_id=request_id, send=send, idempotency_key=idempotency_key)
    if not started.is_new:
        run = find(principal, started.run.id)
        if run.is_at_work:
            raise IdempotencyInProgress(
                "The first request with this Idempotency-Key is still at work.", retry_after=RETRY_AFTER_S
            )
        return run
    if not here:
        return wait_for_end(principal, started.run.id, nudge=send_waiting, cancellation=cancellation)
    run = carry_out(started.run, principal, cancellation=None if cancellation is NEVER else cancellation)
    tell_end(run)
    return run


def ask_and_leave(principal: Principal, request: AskRequest, *, request_id: str = "", idempotency_key: str = "") -> Run:
    """The run, queued, or further on where an equal request opened it. Raises what `start` raises."""
    started = start(principal, request, request_id=request_id, send=send_run, idempotency_key=idempotency_key)
    return started.run if started.is_new else find(principal, started.run.id)
