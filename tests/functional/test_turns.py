"""Whose turn it is: few questions of a tenant are in workers' hands at once, and a lost message is sent again."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from nl2sql.models import Run
from nl2sql.running import hand_over, wait
from nl2sql.running.ask_request import AskRequest
from nl2sql.running.execute import execute
from nl2sql.running.start import start
from nl2sql.running.wait import wait_for_end
from nl2sql.tasks import close_runs_left_behind, send_waiting
from schema_index.models import DataSource
from tenants.context import tenant_transaction
from tests.conftest import Configure, Member, NewSource
from tests.stored import only_row
from tests.waiting import wait_for

REQUEST = AskRequest(question="How many customers are there?")


def asked(member: Member, *, times: int = 1) -> list[UUID]:
    """Runs that are queued, of which no worker was told; in the order of asking."""
    return [start(member.principal, REQUEST, send=lambda _: None).run.id for _ in range(times)]


def turns(member: Member) -> list[UUID]:
    with tenant_transaction(member.tenant.id):
        return hand_over.take_turns()


def later(member: Member, run_id: UUID, *, seconds: float) -> None:
    with tenant_transaction(member.tenant.id):
        Run.objects.filter(id=run_id).update(sent_at=timezone.now() - timedelta(seconds=seconds))


def test_a_tenants_thousandth_question_waits_for_its_first_and_anothers_only_one_does_not(
    analyst: Member, outsider: Member, shop: DataSource, new_synced_source: NewSource, change_environment: Configure
) -> None:
    change_environment(questions_at_once=2)
    new_synced_source(outsider.tenant, index_values=False)
    first, second, third, fourth = asked(analyst, times=4)
    (only,) = asked(outsider)

    assert set(turns(analyst)) == {first, second}
    assert turns(analyst) == []
    assert turns(outsider) == [only]
    execute(analyst.tenant.id, second)
    assert turns(analyst) == [third]
    execute(analyst.tenant.id, first)
    execute(analyst.tenant.id, third)
    assert turns(analyst) == [fourth]


def test_in_one_process_a_thread_is_left_to_other_tenants(change_environment: Configure) -> None:
    for threads, turns_at_once in ((1, 1), (4, 3), (64, 50)):
        change_environment(ask_workers=threads)
        assert hand_over.at_once() == turns_at_once


def test_workers_are_told_again_of_a_run_that_nobody_took(analyst: Member, shop: DataSource) -> None:
    (run_id,) = asked(analyst)
    assert turns(analyst) == [run_id]
    later(analyst, run_id, seconds=14)
    assert turns(analyst) == []
    later(analyst, run_id, seconds=16)
    assert turns(analyst) == [run_id]
    execute(analyst.tenant.id, run_id)
    later(analyst, run_id, seconds=16)
    assert turns(analyst) == []


def test_a_lost_question_is_found_by_the_schedule_and_by_whoever_waits_for_it(
    analyst: Member, shop: DataSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    (run_id,) = asked(analyst)
    close_runs_left_behind()
    wait_for(lambda: _status(analyst, run_id) == "completed")

    monkeypatch.setattr(wait, "LOOK_AGAIN_S", 0.05)
    (run_id,) = asked(analyst)
    run = wait_for_end(analyst.principal, run_id, nudge=send_waiting)
    assert (run.status, run.reply["result"]["rows"]) == ("completed", [[3]])


def _status(member: Member, run_id: UUID) -> str:
    return only_row(Run, member.tenant.id, id=run_id).status
