"""What the log tells of a question: enough to find all that happened to it, and nothing that was asked or found."""

import logging

import pytest

from nl2sql.models import Run
from schema_index.models import DataSource
from tests.conftest import Member
from tests.scripted_model import ScriptedModel, answers
from tests.stored import only_row

QUESTION = "How many customers called Ada are there?"


def test_the_end_of_a_question_is_one_line_with_its_ids(
    analyst: Member, shop: DataSource, model: ScriptedModel, caplog: pytest.LogCaptureFixture
) -> None:
    model.script([answers(sql="SELECT COUNT(*) AS n FROM customers WHERE name = 'Ada'")])
    with caplog.at_level(logging.INFO):
        reply = analyst.client.post("/nl2sql", {"question": QUESTION})
    run = only_row(Run, shop.tenant_id)
    assert run.completed_at is not None
    (line,) = [one.msg for one in caplog.records if one.name == "nl2sql.running.run_lines"]
    assert isinstance(line, dict)
    assert {name: line[name] for name in ("event", "run", "tenant", "request_id", "status", "code", "level")} == {
        "event": "question ended",
        "run": str(run.id),
        "tenant": str(shop.tenant_id),
        "request_id": reply["X-Request-Id"],
        "status": "completed",
        "code": None,
        "level": "info",
    }
    assert line["ms"] == round((run.completed_at - run.created_at).total_seconds() * 1_000)
    assert "Ada" not in caplog.text
