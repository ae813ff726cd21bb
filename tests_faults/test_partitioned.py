"""The vectors are cut by tenant, and made one table again, while questions are asked and texts embedded."""

import time

from config.secrets import derived_password
from deploy.topology.topology import DATABASE, SECRET_KEY
from tests_faults.conftest import Table
from tests_faults.deployment import DEADLINE_S, Deployment
from tests_faults.verdict import GRACE_S, assert_nothing_lost


def test_partitioned(deployment: Deployment, table: Table) -> None:
    word = derived_password(SECRET_KEY, f"database role {DATABASE}_owner")
    owner = f"postgresql://{DATABASE}_owner:{word}@127.0.0.1:{deployment.querent.postgres.port}/{DATABASE}"
    asked, started = [], time.monotonic()
    for number, shape in enumerate((("--hash", "4"), ("--undo",))):
        with deployment.people.asking(f"partitions-{number}", patience_s=DEADLINE_S) as round_:
            body = {"question": f"What is partition {number}?", "answer": "A part."}
            assert deployment.people.post("/api/v1/knowledge/faq", body)[0] == 201
            told = deployment.querent.manage("partition_vectors", *shape, settings={"DATABASE_OWNER_URL": owner})
            asked += round_.results(timeout_s=DEADLINE_S + GRACE_S)
        assert "vectors copied" in told
    assert {one.outcome for one in asked} == {"completed"}
    assert_nothing_lost(deployment, asked)
    table.add("vectors partitioned, and back", asked, recovery_s=0.0, settled_s=time.monotonic() - started)
