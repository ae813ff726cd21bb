"""A tenant's own questions set its threshold, and retrieval uses it."""

import pytest
from django.core.management import call_command

from schema_index import judged_questions
from schema_index.embedding.minilm import MiniLMEmbedder
from schema_index.embedding.spaces import threshold_for
from schema_index.judged_questions import Judged
from schema_index.models import DataSource
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.conftest import Configure, NewSource
from tests.integration.conftest import ask
from tests.integration.test_retrieval import LARGE


@pytest.fixture
def books(tenant: Tenant, new_synced_source: NewSource) -> DataSource:
    return new_synced_source(tenant, slug="books", script=LARGE)


def _judge(source: DataSource, *judged: tuple[str, tuple[str, ...]]) -> None:
    rows = [Judged(question=question, tables=tables, origin="test") for question, tables in judged]
    with tenant_transaction(source.tenant_id):
        judged_questions.save_all(rows, source=source, actor="system:test")


def _threshold(tenant: Tenant) -> float:
    with tenant_transaction(tenant.id):
        return threshold_for(MiniLMEmbedder())


def test_judged_questions_set_the_threshold_that_retrieval_uses(
    tenant: Tenant, other_tenant: Tenant, books: DataSource, capsys: pytest.CaptureFixture[str]
) -> None:
    unpaid = "Which bills must be paid soon?"
    assert [hit.name for hit in ask(books, unpaid, MiniLMEmbedder()).tables] == ["invoices"]
    close = [(f"invoices: due day and amount of invoice {number}", ("main.invoices",)) for number in range(40)]
    _judge(books, *close, ("Who won the chess match?", ()))

    call_command("calibrate", "--tenant", "acme", "--source", "books")

    said = capsys.readouterr().out.splitlines()
    assert said[0] == "all-MiniLM-L6-v2: 40 needed tables of 41 judged questions."
    assert said[1].startswith("  in force until now: 0.20 keeps 1.000 of the needed tables; leaves 1.000 of")
    calibrated = _threshold(tenant)
    assert calibrated > 0.4
    assert said[2].startswith(f"  set now: {calibrated:.2f} keeps ")
    assert _threshold(other_tenant) == 0.2
    assert ask(books, unpaid, MiniLMEmbedder()).tables == ()

    call_command("calibrate", "--tenant", "acme", "--forget")
    assert _threshold(tenant) == 0.2


def test_a_threshold_that_breaks_judged_questions_is_told_and_can_be_refused(
    tenant: Tenant, books: DataSource, capsys: pytest.CaptureFixture[str], change_environment: Configure
) -> None:
    unpaid = "Which bills must be paid soon?"
    close = [(f"invoices: due day and amount of invoice {number}", ("main.invoices",)) for number in range(40)]
    _judge(books, *close, (unpaid, ("main.invoices",)))
    change_environment(evaluation_gate="refuse")

    with pytest.raises(SystemExit) as ended:
        call_command("calibrate", "--tenant", "acme")

    said = capsys.readouterr().out.splitlines()
    assert ended.value.code == 4
    assert said[2].endswith("It breaks 1 judged questions, and EVALUATION_GATE refuses that.")
    assert said[3:] == [f"  no longer finds its tables: {unpaid}"]
    assert _threshold(tenant) == 0.2

    change_environment(evaluation_gate="report")
    call_command("calibrate", "--tenant", "acme")
    assert capsys.readouterr().out.splitlines()[3:] == said[3:]
    assert _threshold(tenant) > 0.4


def test_too_few_questions_are_explained_and_change_nothing(
    tenant: Tenant, books: DataSource, capsys: pytest.CaptureFixture[str]
) -> None:
    _judge(books, ("Which invoices are due?", ("main.invoices", "main.gone")))

    call_command("calibrate", "--tenant", "acme")

    assert capsys.readouterr().out.splitlines()[-1] == (
        "The threshold stays 0.20: 1 needed tables are known, and fewer than 40 say too little. "
        "Import more with manage.py import_questions."
    )
    assert _threshold(tenant) == 0.2
