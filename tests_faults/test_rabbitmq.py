"""The same deployment on RabbitMQ: questions are answered over it, and outlive its death."""

import time
from pathlib import Path

import pytest

from deploy.topology import rabbitmq
from tests_faults.conftest import IN_CI, Table
from tests_faults.deployment import DEADLINE_S, WORKERS, Deployment
from tests_faults.verdict import GRACE_S, assert_nothing_lost

IN_FLIGHT = 20


@pytest.mark.skipif(
    not rabbitmq.is_installed() and not IN_CI,
    reason="rabbitmq-server is not installed (Debian: apt-get install rabbitmq-server)",
)
def test_rabbitmq_killed(folder: Path, table: Table) -> None:
    workers = {name: WORKERS[name] for name in ("ask-1", "background")}
    with (
        rabbitmq.RabbitMQ(folder / "rabbitmq") as broker,
        Deployment(folder / "on-rabbitmq", settings={"CELERY_BROKER_URL": broker.url}, workers=workers) as deployment,
    ):
        with deployment.people.asking("over-amqp", number=IN_FLIGHT, patience_s=DEADLINE_S) as calm:
            asked = calm.results(timeout_s=DEADLINE_S)
        assert {one.outcome for one in asked} == {"completed"}

        with deployment.people.asking("killed", number=2 * IN_FLIGHT, patience_s=DEADLINE_S) as round_:
            time.sleep(0.6)
            broker.node.kill()
            broker.node.start()
            mended = time.monotonic()
            while deployment.others.ask(f"after-{time.monotonic()}", patience_s=5.0).outcome != "completed":
                assert time.monotonic() - mended < DEADLINE_S, "no question is answered any more"
            recovery_s = time.monotonic() - mended
            asked += round_.results(timeout_s=DEADLINE_S + GRACE_S)
        assert_nothing_lost(deployment, asked)
    table.add("rabbitmq killed", asked, recovery_s=recovery_s, settled_s=time.monotonic() - mended)
