"""A database that is out of reach for a moment: what a run has cost and found is not lost, nor counted twice."""

from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import InternalError, OperationalError, transaction

from nl2sql.models import Run
from nl2sql.running.ask_request import AskRequest
from nl2sql.running.execute import OUTAGE, execute
from nl2sql.running.start import start
from schema_index.models import DataSource
from tenants import outage
from tenants.context import tenant_transaction
from tenants.models import BudgetReservation, ModelBudget, UsageCounter
from tests.conftest import Member, Superuser
from tests.scripted_model import Recorded, Reply, ScriptedModel, answers

QUESTION = "How many customers are there?"
END_SESSIONS = (
    "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE usename = %s AND datname = current_database()"
)


@pytest.fixture
def end_sessions(superuser: Superuser) -> Callable[[], None]:
    """Every connection of the application's role is cut, as by a crash or a fail-over."""

    def end() -> None:
        superuser.execute(END_SESSIONS, [settings.DATABASES["default"]["USER"]])

    return end


def test_a_run_outlasts_the_loss_of_its_connection(
    analyst: Member, shop: DataSource, model: ScriptedModel, end_sessions: Callable[[], None]
) -> None:
    def cut(_: Recorded) -> Reply:
        end_sessions()
        return answers(sql="SELECT COUNT(*) FROM customers")

    model.script([cut])
    run = start(analyst.principal, AskRequest(question=QUESTION), send=lambda _: None).run

    execute(run.tenant_id, run.id)

    with tenant_transaction(run.tenant_id):
        run.refresh_from_db()
        assert (run.status, run.reply["result"]["rows"], run.input_tokens) == ("completed", [[3]], 100)
        assert UsageCounter.objects.get(kind="input_tokens").amount == 100
        assert ModelBudget.objects.get().tokens_of_day == 110
        assert not BudgetReservation.objects.exists()
        assert Run.objects.count() == len(model.requests) == 1


def test_a_run_that_an_outage_outlasts_says_so(
    analyst: Member,
    shop: DataSource,
    model: ScriptedModel,
    end_sessions: Callable[[], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def cut(_: Recorded) -> Reply:
        end_sessions()
        return answers(sql="SELECT COUNT(*) FROM customers")

    model.script([cut])
    monkeypatch.setattr(outage, "PAUSES_S", ())
    run = start(analyst.principal, AskRequest(question=QUESTION), send=lambda _: None).run

    execute(run.tenant_id, run.id)

    with tenant_transaction(run.tenant_id):
        run.refresh_from_db()
    assert (run.status, run.error_code, run.error_detail) == ("failed", "interrupted", OUTAGE)


@pytest.mark.django_db
def test_an_outage_that_lasts_is_an_error_after_some_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outage, "PAUSES_S", (0.0, 0.0))
    tries: list[int] = []

    def work() -> None:
        tries.append(1)
        raise OperationalError

    with pytest.raises(OperationalError):
        outage.through_outage(work)
    assert len(tries) == 3
    with transaction.atomic(), pytest.raises(OperationalError):
        outage.through_outage(work)
    assert len(tries) == 4, "what is open cannot be begun again"


def test_a_reply_that_was_cut_off_is_an_outage_and_an_error_of_the_servers_is_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(outage, "PAUSES_S", (0.0,))
    tries: list[Exception] = []

    def work(cause: Exception) -> None:
        tries.append(cause)
        raise InternalError from cause

    for cause in (psycopg.InternalError("received 2 results from command 'BEGIN'"), psycopg.errors.DataCorrupted()):
        with pytest.raises(InternalError):
            outage.through_outage(partial(work, cause))
    assert [type(cause) for cause in tries] == [
        psycopg.InternalError,
        psycopg.InternalError,
        psycopg.errors.DataCorrupted,
    ]


def test_a_request_that_meets_an_outage_is_told_to_come_again(
    analyst: Member, shop: DataSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any, **__: Any) -> None:
        raise OperationalError("server closed the connection unexpectedly")

    monkeypatch.setattr("nl2sql.api.views.ask_and_wait", away)
    response = analyst.client.post("/nl2sql", {"question": QUESTION})
    assert (response.status_code, response.json()["code"], response["Retry-After"]) == (
        503,
        "database_unavailable",
        "2",
    )
    assert "server closed" not in response.content.decode()
