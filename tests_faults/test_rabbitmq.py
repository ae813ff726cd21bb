"""The same deployment on RabbitMQ: questions are answered over it, and outlive its death."""

import time
from pathlib import Path

from deploy.topology.rabbitmq import RabbitMQ
from tests_faults.conftest import Table, needs
from tests_faults.deployment import DEADLINE_S, WORKERS, Deployment
from tests_faults.people import IN_FLIGHT
from tests_faults.verdict import GRACE_S, assert_nothing_lost


def test_rabbitmq_killed(folder: Path, table: Table) -> None:
    needs("rabbitmq-server", package="rabbitmq-server")
    workers = {name: WORKERS[name] for name in ("ask-1", "background")}
    with (
        RabbitMQ(folder / "rabbitmq") as broker,
        Deployment(folder / "on-rabbitmq", settings={"CELERY_BROKER_URL": broker.url}, workers=workers) as deployment,
    ):
        with deployment.people.asking("over-amqp", patience_s=DEADLINE_S) as calm:
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
