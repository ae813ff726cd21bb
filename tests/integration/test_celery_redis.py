"""A separate worker on a real Redis: `celery -A config worker`, killed in the middle of its work."""

import os
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone
from kombu import Connection
from pydantic import SecretStr

from config.celery import app
from config.settings import SOON
from nl2sql.api.run_failed import RunFailed
from nl2sql.asking import ask_and_leave, ask_and_wait
from nl2sql.mcp.ask import AskArguments
from nl2sql.mcp.ask import ask as mcp_ask
from nl2sql.mcp.tool import Caller
from nl2sql.models import Run
from nl2sql.runs import AskRequest, find
from nl2sql.tasks import execute_run
from schema_index.models import DataSource
from tenants.context import tenant_transaction
from tests.conftest import Configure, Member
from tests.processes import NEEDS_REDIS, environment_of, free_port, running_worker
from tests.scripted_model import SLOW, ScriptedModel, answers
from tests.waiting import wait_for

pytestmark = [pytest.mark.django_db, *NEEDS_REDIS]


def test_a_question_whose_worker_is_killed_ends_and_is_never_asked_again(
    analyst: Member, shop: DataSource, redis_url: str, monkeypatch: pytest.MonkeyPatch, change_environment: Configure
) -> None:
    change_environment(celery_broker_url=SecretStr(redis_url))
    with ScriptedModel() as model, app.connection_for_write(url=redis_url) as broker:
        monkeypatch.setattr(execute_run, "apply_async", _sent_to(broker))
        model.script([SLOW, *[answers(sql="SELECT COUNT(*) FROM customers")] * 2, SLOW])
        environment = environment_of(
            CELERY_BROKER_URL=redis_url, LLM_BASE_URL=model.url, LLM_API_KEY="sk-test", LLM_MODEL="scripted"
        )
        with running_worker(environment, concurrency=1, queues="ask") as worker:
            lost = ask_and_leave(analyst.principal, AskRequest(question="Who is there?"))
            wait_for(lambda: len(model.requests) == 1)
            os.kill(_child(worker.pid), signal.SIGKILL)
            execute_run.apply_async((str(lost.tenant_id), str(lost.id)))

            # The same door as over HTTP: it waits for the worker's end. What was sent before it was taken before it.
            answered = ask_and_wait(analyst.principal, AskRequest(question="How many customers are there?"))

            assert (answered.status, answered.reply["result"]["rows"]) == ("completed", [[3]])
            assert len(model.requests) == 2
            # An agent's question is a worker's too, and ends when the agent hangs up.
            agent = Caller(principal=analyst.principal, request_id="")
            assert mcp_ask(agent, AskArguments(question="How many customers are known?")).rows == [[3]]
            with ThreadPoolExecutor(1) as thread:
                asked = thread.submit(_closing, mcp_ask, agent, AskArguments(question="How many orders are there?"))
                wait_for(lambda: len(model.requests) == 4)
                agent.cancellation.cancel()
                with pytest.raises(RunFailed, match="was stopped"):
                    asked.result(10)
            assert find(analyst.principal, lost.id).status == "running", "its lease may still be renewed"
            with tenant_transaction(analyst.tenant.id):
                Run.objects.filter(id=lost.id).update(lease_until=timezone.now())
            ended = find(analyst.principal, lost.id)
            assert (ended.status, ended.error_code, ended.input_tokens) == ("failed", "interrupted", 0)


def _closing(ask: Callable[[Caller, AskArguments], Any], caller: Caller, question: AskArguments) -> Any:
    try:
        return ask(caller, question)
    finally:
        connections.close_all()


def _sent_to(broker: Connection) -> Callable[..., Any]:
    """Only the address differs: this process has its queue in memory."""
    options: dict[str, Any] = {"connection": broker}
    return partial(execute_run.apply_async, **options)


def _child(pid: int) -> int:
    """The one process that works for a worker."""
    (child,) = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return int(child)


def test_a_broker_that_is_gone_ends_the_question_at_once(
    analyst: Member, shop: DataSource, monkeypatch: pytest.MonkeyPatch, change_environment: Configure
) -> None:
    nowhere = f"amqp://127.0.0.1:{free_port()}"
    change_environment(celery_broker_url=SecretStr(nowhere))
    with app.connection_for_write(url=nowhere, transport_options=SOON) as broker:
        monkeypatch.setattr(execute_run, "apply_async", _sent_to(broker))
        run = ask_and_wait(analyst.principal, AskRequest(question="How many customers are there?"))
    assert (run.status, run.error_code) == ("failed", "interrupted")
    assert run.error_detail == "No worker could be told of the question: ask again later."
