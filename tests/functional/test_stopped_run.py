"""A run that is stopped, at its model or at its query: it ends at once, says so, and its tokens are counted."""

import time
from collections.abc import Callable

from nl2sql.models import Run
from schema_index.models import DataSource
from tenants.cancellation import Cancellation, Reason
from tenants.context import tenant_transaction
from tenants.models import UsageCounter
from tests.asking import run_of
from tests.conftest import Member
from tests.scripted_model import SLOW, Recorded, Reply, ScriptedModel, answers

QUESTION = "Who lives in that city?"
NOBODY = answers(sql="SELECT name FROM customers WHERE city = 'lyon'")
"""The dictionary spells it otherwise."""


def stopping(stop: Cancellation, reason: Reason) -> Callable[[Recorded], Reply]:
    def behaviour(_: Recorded) -> Reply:
        stop.cancel(reason)
        return SLOW

    return behaviour


def asked(member: Member, stop: Cancellation) -> Run:
    started = time.monotonic()
    run = run_of(member, QUESTION, cancellation=stop)
    # The model would take 30 s; what is slow on a busy machine is the rest.
    assert time.monotonic() - started < 15
    with tenant_transaction(member.tenant.id):
        run.refresh_from_db()
        assert UsageCounter.objects.get(kind="input_tokens").amount == run.input_tokens
    return run


def test_who_stops_wants_no_answer_and_pays_for_what_was_spent(
    analyst: Member, valued_shop: DataSource, model: ScriptedModel
) -> None:
    stop = Cancellation()
    model.script([NOBODY, stopping(stop, "cancelled")])

    run = asked(analyst, stop)

    assert (run.status, run.error_code, run.reply["result"], run.input_tokens) == ("cancelled", "cancelled", None, 100)
    assert run.completed_at is not None
    assert model.hung_up.wait(5)


def test_at_the_deadline_the_answer_that_there_is_stands_with_its_doubt(
    analyst: Member, valued_shop: DataSource, model: ScriptedModel
) -> None:
    stop = Cancellation()
    model.script([NOBODY, stopping(stop, "deadline_exceeded")])

    run = asked(analyst, stop)

    assert (run.status, run.error_code, run.reply["result"]["rows"]) == ("completed", "", [])
    assert {check["name"]: check["outcome"] for check in run.reply["trust"]["checks"]}["literals"] == "failed"


def test_what_was_stopped_before_it_began_costs_nothing(
    analyst: Member, valued_shop: DataSource, model: ScriptedModel
) -> None:
    stop = Cancellation(deadline_ms=0)

    run = run_of(analyst, QUESTION, cancellation=stop)

    assert (run.status, run.error_code, run.input_tokens, model.requests) == ("failed", "deadline_exceeded", 0, [])
