"""The index read from a replica, as far as the test database can play one; streaming is for `make test-faults`."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import connections

from config.diagnosis import diagnose
from schema_index.indexing import index_replica
from schema_index.indexing.index_replica import read_index
from schema_index.metrics import INDEX_READS
from schema_index.models import FaqEntry
from tenants.confinement import RoleBypassesIsolation
from tenants.context import REPLICA
from tests.conftest import Member
from tests.stored import save_faq

pytestmark = pytest.mark.django_db(databases=["default", REPLICA])


@pytest.fixture(scope="module", autouse=True)
def _known(django_db_setup: None) -> Iterator[None]:
    """Before a test says which databases it uses."""
    connections.settings[REPLICA] = {**connections.settings["default"], "TEST": {"MIRROR": "default"}}
    yield
    del connections.settings[REPLICA]


@pytest.fixture
def replica(monkeypatch: pytest.MonkeyPatch, db: None) -> Iterator[Callable[..., None]]:
    """It is as given, and otherwise the test's own database."""

    def use(**other: Any) -> None:
        connections[REPLICA].settings_dict = {**connections["default"].settings_dict, **other}

    monkeypatch.setattr(index_replica, "_rests_until", 0.0)
    yield use
    connections[REPLICA].close()
    del connections[REPLICA]


def reads(server: str, reason: str) -> float:
    return float(INDEX_READS.labels(server, reason)._value.get())


def told_of_replica() -> list[str]:
    return [finding.state for finding in diagnose() if finding.part == "replica"]


def test_a_scope_reads_from_the_replica_and_only_its_own_tenant(
    analyst: Member, outsider: Member, replica: Callable[..., None]
) -> None:
    save_faq(analyst.tenant.id, "What is mine?", "This.")
    replica()

    def read() -> list[tuple[str, str]]:
        return [(entry.question, str(entry._state.db)) for entry in FaqEntry.objects.all()]

    before = reads("replica", "")
    assert read_index(analyst.tenant.id, read) == [("What is mine?", REPLICA)]
    assert read_index(outsider.tenant.id, read) == []
    assert reads("replica", "") == before + 2
    with connections[REPLICA].cursor() as cursor:
        cursor.execute("SELECT current_setting('app.tenant_id', true), count(*) FROM schema_index_faqentry")
        assert cursor.fetchone() == ("", 0)
    assert told_of_replica() == ["warning"]  # it takes writes


def test_what_a_replica_cannot_answer_the_primary_does(analyst: Member, replica: Callable[..., None]) -> None:
    def read() -> str:
        return str(FaqEntry.objects.db)

    replica(PORT="9")
    before = reads("primary", "failed"), reads("primary", "resting")
    assert [read_index(analyst.tenant.id, read) for _ in range(2)] == ["default", "default"]
    assert (reads("primary", "failed"), reads("primary", "resting")) == (before[0] + 1, before[1] + 1)
    assert told_of_replica() == ["warning"]


def test_a_role_that_row_level_security_does_not_bind_reads_nothing(
    analyst: Member, replica: Callable[..., None]
) -> None:
    replica(USER=settings.ACCESS.owner["USER"], PASSWORD=settings.ACCESS.owner["PASSWORD"])
    with pytest.raises(RoleBypassesIsolation):
        read_index(analyst.tenant.id, lambda: None)
    assert told_of_replica() == ["failed"]
