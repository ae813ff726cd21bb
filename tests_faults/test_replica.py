"""Questions read the index from a streaming replica; one that lags, freezes or dies is noticed, nothing is missed."""

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from subprocess import CalledProcessError
from typing import Any

import httpx
import psycopg
import pytest

from deploy.topology.postgres import DeployedPostgres
from deploy.topology.replica import replica_of
from deploy.topology.server_process import free_port
from deploy.topology.topology import DATABASE
from tests_faults import furnish
from tests_faults.conftest import Table
from tests_faults.deployment import Deployment
from tests_faults.people import People, until

REST_S = 5.0
"""As of `schema_index.indexing.index_replica`."""

TOKEN = "of the monitoring"
SCANS = "SELECT coalesce(seq_scan, 0) + coalesce(idx_scan, 0) FROM pg_stat_user_tables WHERE relname = %s"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """A web process of its own that reads from the replica, and answers questions itself."""

    url: str
    people: People
    key: str

    def tables(self, words: str) -> list[str]:
        found = self._get("/api/v1/search", {"q": words, "kind": "table"}, token=self.key)
        return re.findall(r'"title":"([^"]+)"', found)

    def reads(self) -> dict[tuple[str, str], int]:
        """Of the index, by server and why it was not the replica."""
        told = self._get("/metrics", {}, token=TOKEN)
        lines = re.findall(r'querent_index_reads_total\{reason="(\w*)",server="(\w+)"\} (\d+)', told)
        return {(server, reason): int(count) for reason, server, count in lines}

    def _get(self, path: str, query: dict[str, str], *, token: str) -> str:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.get(self.url + path, params=query, headers=headers, timeout=30).raise_for_status().text


@pytest.fixture
def replica(deployment: Deployment) -> Iterator[DeployedPostgres]:
    primary = deployment.querent.postgres
    made = replica_of(primary, deployment.folder / "replica", port=free_port())
    made.start()
    yield made
    with suppress(CalledProcessError):  # the test has stopped it
        made.stop(mode="immediate")


@pytest.fixture
def reader(deployment: Deployment, replica: DeployedPostgres) -> Iterator[Reader]:
    replica_url = f"postgresql://127.0.0.1:{replica.port}/{DATABASE}"
    with deployment.serving("reader", {"DATABASE_REPLICA_URL": replica_url, "METRICS_TOKEN": TOKEN}) as url:
        yield Reader(url=url, people=People(url, key=deployment.keys["one"]), key=deployment.keys["one"])


def test_replica_lags_freezes_and_dies(
    deployment: Deployment, replica: DeployedPostgres, reader: Reader, table: Table
) -> None:
    started = time.monotonic()
    _follow(deployment, replica)

    before = _scans(deployment.querent.postgres), _scans(replica)
    assert "public.orders" in reader.tables("orders")
    asked = [reader.people.ask("by-the-replica")]
    assert reader.reads() == {("replica", ""): 2}
    # The servers' own counts, which they write down when a connection ends.
    until(lambda: _scans(replica) > before[1], timeout_s=10, what="reads of the replica")
    assert _scans(deployment.querent.postgres) == before[0]

    _replay(replica, "pause")
    _add_table(deployment, "invoices")
    assert "public.invoices" in reader.tables("invoices")
    asked.append(reader.people.ask("while-it-lags"))
    assert reader.reads() == {("replica", ""): 2, ("primary", "behind"): 2}

    _replay(replica, "resume")

    def replica_answers() -> bool:
        """A worker may be embedding still, so that the primary has the word again for a moment."""
        assert "public.invoices" in reader.tables("invoices")
        return reader.reads()["replica", ""] == 3

    until(replica_answers, timeout_s=20, what="an answer of the replica")

    with _frozen(replica):
        assert "public.invoices" in reader.tables("invoices")
        asked.append(reader.people.ask("while-it-rests"))
    reads = reader.reads()
    assert (reads["replica", ""], reads["primary", "failed"], reads["primary", "resting"]) == (3, 1, 1)

    time.sleep(REST_S)
    replica.stop(mode="immediate")
    died = time.monotonic()
    asked.append(reader.people.ask("when-it-died"))
    recovery_s = time.monotonic() - died
    assert reader.reads()["primary", "failed"] == 2
    assert {one.outcome for one in asked} == {"completed"}
    table.add("a replica lags, freezes, dies", asked, recovery_s=recovery_s, settled_s=time.monotonic() - started)


def _connect(server: DeployedPostgres) -> "psycopg.Connection[Any]":
    return psycopg.connect(server.admin_url(DATABASE), autocommit=True)


def _scans(server: DeployedPostgres) -> int:
    with _connect(server) as connection:
        row = connection.execute(SCANS, ["schema_index_chunkwords"]).fetchone()
    return int(row[0]) if row else 0


def _replay(replica: DeployedPostgres, what: str) -> None:
    with _connect(replica) as connection:
        connection.execute(f"SELECT pg_wal_replay_{what}()")


def _follow(deployment: Deployment, replica: DeployedPostgres) -> None:
    """Until the replica has replayed what the primary has written by now."""
    with deployment.connect() as primary, _connect(replica) as connection:
        row = primary.execute("SELECT pg_current_wal_lsn()::text").fetchone()
        assert row is not None
        query = "SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn"

        def has_it() -> bool:
            reached = connection.execute(query, [row[0]]).fetchone()
            return bool(reached and reached[0])

        until(has_it, timeout_s=20, what="the replica's replay")


def _add_table(deployment: Deployment, name: str) -> None:
    with psycopg.connect(deployment.target.admin_url(furnish.DATABASE), autocommit=True) as target:
        target.execute(f"CREATE TABLE {name} (id integer PRIMARY KEY, due date)")
        target.execute(f"GRANT SELECT ON {name} TO PUBLIC")
    deployment.querent.manage("sync_schema", "shop", "--tenant", "one")


@contextmanager
def _frozen(server: DeployedPostgres) -> Iterator[None]:
    """It takes connections, and says nothing."""
    postmaster = int((server.data_folder / "postmaster.pid").read_text().split()[0])
    os.kill(postmaster, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(postmaster, signal.SIGCONT)
