"""An evaluation from end to end: asked through the pipeline, stored for the tenant, compared, shown and exported."""

import json
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from nl2sql.models import Evaluation, EvaluationCase, Run
from schema_index import judged_questions
from schema_index.judged_questions import Judged
from schema_index.models import DataSource
from tenants.context import tenant_transaction
from tenants.models import Tenant
from tests.conftest import Configure, Member
from tests.pages import operating, work_in
from tests.scripted_model import CLARIFIES, REFUSES, ScriptedModel, answers, fails

COUNT = "How many customers are there?"
TOTALS = "What did each customer pay?"
NAMES = "Who are the customers, by name?"
WEATHER = "What is the weather on Mars?"
BROKEN = "How many orders were paid?"

SET: list[dict[str, Any]] = [
    {"id": "count", "question": COUNT, "sql": "SELECT count(*) FROM customers"},
    {
        "id": "totals",
        "question": TOTALS,
        "gold_sql": [
            "SELECT nothing FROM nowhere",
            "SELECT c.name, sum(o.total) FROM customers c JOIN orders o ON o.customer_id = c.id GROUP BY c.name",
        ],
    },
    {"id": "names", "question": NAMES, "sql": "SELECT name FROM customers ORDER BY name"},
    {"id": "weather", "question": WEATHER, "answerable": False},
    {"id": "broken", "question": BROKEN, "sql": "SELECT count(*) FROM orders WHERE status = 'paid'"},
]

RIGHT = answers(sql="SELECT count(id) AS n FROM customers")
TOTALLED = answers(
    sql="SELECT sum(o.total) AS paid, c.name FROM orders o JOIN customers c ON c.id = o.customer_id GROUP BY c.name"
)
SORTED = answers(sql="SELECT name FROM customers ORDER BY name")
UPSIDE_DOWN = answers(sql="SELECT name FROM customers ORDER BY name DESC")
STAR = answers(sql="SELECT nothing FROM customers")


@pytest.fixture
def question_set(tmp_path: Path) -> Path:
    path = tmp_path / "shop.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in SET))
    return path


def evaluated(capsys: pytest.CaptureFixture[str], path: Path | str, *options: str) -> dict[str, Any]:
    call_command("evaluate", str(path), "--tenant", "acme", "--json", *options)
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def test_a_set_is_scored_stored_and_compared(
    shop: DataSource,
    model: ScriptedModel,
    question_set: Path,
    tenant: Tenant,
    outsider: Member,
    capsys: pytest.CaptureFixture[str],
    change_environment: Configure,
) -> None:
    model.script([RIGHT, TOTALLED, SORTED, REFUSES, fails(500)])
    first = evaluated(capsys, question_set, "--name", "first")
    scores = first["scores"]
    assert (scores["right"], scores["wrong"], scores["failed"]) == (4, 0, 1)
    assert (scores["accuracy"], scores["coverage"], scores["refusal_recall"]) == (0.75, 0.75, 1.0)
    assert (scores["full_at"]["10"], scores["input_tokens"], scores["cost"]) == (1.0, 400, None)
    assert set(scores["latency_ms"]) == {"retrieve", "generate", "validate", "execute", "check", "total"}

    # The third answer comes in the wrong order, the last is mended after the guard refused it.
    model.script([RIGHT, TOTALLED, UPSIDE_DOWN, CLARIFIES, STAR, answers(sql="SELECT 3 AS n")])
    change_environment(evaluation_gate="refuse", retrieval_top_k=7)
    with pytest.raises(SystemExit) as ended:
        call_command("evaluate", str(question_set), "--tenant", "acme", "--gate")
    assert ended.value.code == 4
    told = capsys.readouterr().out
    assert f'the number of tables 7 instead of 10: breaks 1 and mends 1: "{NAMES}" is wrong.' in told
    assert "violations: unknown_column 1" in told

    assert _doctor(capsys, fails=True) == [("failed", told.splitlines()[-1])]
    change_environment(evaluation_gate="report", llm_prompt_tokens=5_000)
    ((state, detail),) = _doctor(capsys)
    assert state == "warning"
    assert detail.startswith("New since: the prompt's budget 5000 instead of 6000. `manage.py evaluate shop.jsonl ")

    with tenant_transaction(tenant.id):
        after, before = Evaluation.objects.all()
        case = EvaluationCase.objects.get(evaluation=after, key="names")
        assert (before.name, before.set_name, before.questions) == ("first", "shop.jsonl", 5)
        assert before.configuration["generator"] == "scripted"
        assert shop.snapshot is not None
        assert case.run_id is not None
        assert before.configuration["sources"]["shop"] == {"revision": 1, "fingerprint": shop.snapshot.fingerprint}
        assert (case.verdict, case.full_rank, case.golds) == ("wrong", 1, [SET[2]["sql"]])
        assert Run.objects.get(id=case.run_id).question == NAMES

    call_command("evaluate", "--tenant", "acme", "--json", "--compare", str(before.id), str(after.id))
    comparison = json.loads(capsys.readouterr().out)
    assert [(change["key"], change["after"]) for change in comparison["broken"]] == [("names", "wrong")]
    assert [change["key"] for change in comparison["fixed"]] == ["broken"]
    assert comparison["changed"] == ["the number of tables 7 instead of 10"]

    with pytest.raises(CommandError, match="no such evaluation"):
        call_command("evaluate", "--tenant", "other", "--compare", str(before.id), str(after.id))
    with tenant_transaction(outsider.tenant.id):
        assert (Evaluation.objects.count(), EvaluationCase.objects.count()) == (0, 0)

    _look_at_the_admin(tenant, after, before)


def _doctor(capsys: pytest.CaptureFixture[str], *, fails: bool = False) -> list[tuple[str, str]]:
    """What it says of the set."""
    with pytest.raises(SystemExit) if fails else nullcontext():
        call_command("doctor", "--json")
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [(one["state"], one["detail"]) for one in found if one["part"] == "acme: questions shop.jsonl"]


def _look_at_the_admin(tenant: Tenant, after: Evaluation, before: Evaluation) -> None:
    client = operating()
    address = "/admin/nl2sql/evaluation/"
    assert client.get(f"{address}{after.id}/cases.csv").status_code == 404
    work_in(client, tenant)

    listed = client.get(address).content.decode()
    assert listed.count("<g><title>") == 2
    assert "No evaluation yet" in client.get(f"{address}?set_name=other.jsonl").content.decode()
    page = client.get(f"{address}{after.id}/change/").content.decode()
    assert "the number of tables 7 instead of 10" in page
    assert page.index("1 fixed, 1 broken") < page.index(NAMES)
    assert "median" in page
    exported = client.get(f"{address}{after.id}/cases.csv")
    assert exported.headers["Content-Disposition"] == f'attachment; filename="evaluation-{after.id}.csv"'
    assert exported.content.decode().count("\r\n") == 6
    assert len(client.get(f"{address}{before.id}/cases.json").json()["cases"]) == 5
    assert client.get(f"{address}{after.id}/cases.txt").status_code == 404


def test_without_a_model_and_with_extra_columns(
    shop: DataSource, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "few.jsonl"
    rows = [
        {"id": "wide", "question": "List the name and city of customers", "sql": "SELECT name FROM customers"},
        {"id": "gold", "question": COUNT, "sql": "SELECT count(*) FROM clients"},
        {"id": "tongue", "question": COUNT, "sql": "SELECT count(*) FROM customers", "dialect": "mysql"},
        {"id": "lost", "question": COUNT, "sql": "SELECT 1", "source": "warehouse"},
    ]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    strict = evaluated(capsys, path)["scores"]
    assert (strict["wrong"], strict["unjudged"], strict["failed"]) == (1, 2, 1)
    assert evaluated(capsys, path, "--extra-columns")["scores"]["right"] == 1


def test_an_evaluation_ends_where_the_quota_does(
    shop: DataSource,
    question_set: Path,
    tenant: Tenant,
    capsys: pytest.CaptureFixture[str],
    change_environment: Configure,
) -> None:
    change_environment(questions_per_day=2)
    with pytest.raises(CommandError, match="All 2 questions of today"):
        evaluated(capsys, question_set)
    with tenant_transaction(tenant.id):
        interrupted = Evaluation.objects.get()
        assert (interrupted.scores, interrupted.ended_at, interrupted.cases.count()) == ({}, None, 2)


def test_judged_questions_judge_retrieval_and_refusals(
    shop: DataSource, tenant: Tenant, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(CommandError, match='The set "judged" holds no question'):
        call_command("evaluate", "judged", "--tenant", "acme")
    with tenant_transaction(tenant.id):
        judged = [
            Judged(question=COUNT, tables=("main.customers",), origin="test"),
            Judged(question=WEATHER, tables=(), origin="test"),
        ]
        judged_questions.save_all(judged, source=shop, actor="system:test")
    scores = evaluated(capsys, "judged")["scores"]
    assert (scores["right"], scores["unjudged"], scores["full_at"]["1"]) == (1, 1, 1.0)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["missing.jsonl"], "The set cannot be read: No such file or directory."),
        ([], "Give a set of questions, or --compare with two ids."),
    ],
)
def test_wrong_usage_is_told(tenant: Tenant, arguments: list[str], told: str) -> None:
    with pytest.raises(CommandError, match=told):
        call_command("evaluate", *arguments, "--tenant", "acme")
