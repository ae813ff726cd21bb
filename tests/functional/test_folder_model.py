"""A folder in the place of a model: prompts as files, answers as files, the rest of the product as ever."""

import json
from pathlib import Path

import pytest
from pydantic import ValidationError

from config.environment import Environment
from schema_index.models import DataSource
from tests.asking import run_of
from tests.conftest import Configure, Member

COUNT = "How many customers are there?"


@pytest.fixture
def folder(tmp_path: Path, change_environment: Configure) -> Path:
    path = tmp_path / "model files"
    change_environment(llm_base_url=f"file:{path}".replace(" ", "%20"), llm_model="by-hand")
    return path


def test_a_question_waits_for_its_completion_and_is_then_answered(
    analyst: Member, shop: DataSource, folder: Path
) -> None:
    waiting = run_of(analyst, COUNT)
    assert (waiting.status, waiting.error_code) == ("failed", "llm_unavailable")
    assert "put the model's answer beside it" in waiting.error_detail

    (prompt,) = folder.iterdir()
    asked = json.loads(prompt.read_text())
    assert (asked["model"], [message["role"] for message in asked["messages"]]) == ("by-hand", ["system", "user"])
    assert COUNT in asked["messages"][1]["content"]
    completion = Path(str(prompt).replace(".prompt.json", ".completion.txt"))
    completion.write_text('{"outcome": "sql", "sql": "SELECT count(*) AS n FROM clients"}')

    # The guard refuses the statement, and the repair is a prompt of its own.
    assert run_of(analyst, COUNT).error_code == "llm_unavailable"
    (repair,) = {*folder.glob("*.prompt.json")} - {prompt}
    assert "clients" in json.loads(repair.read_text())["messages"][1]["content"]
    Path(str(repair).replace(".prompt.json", ".completion.txt")).write_text(
        "```sql\nSELECT count(*) AS n FROM customers\n```"
    )

    answered = run_of(analyst, COUNT)
    assert answered.reply["result"]["rows"] == [[3]]
    assert answered.model == "by-hand"


def test_a_folder_that_cannot_be_written_is_told(
    analyst: Member, shop: DataSource, tmp_path: Path, change_environment: Configure
) -> None:
    (tmp_path / "file").write_text("")
    change_environment(llm_base_url=f"file:{tmp_path}/file/under", llm_max_attempts=1)
    run = run_of(analyst, COUNT)
    assert (run.status, run.error_code) == ("failed", "llm_unavailable")


@pytest.mark.parametrize("address", ["file:relative", "file://host/path", "ftp://host"])
def test_other_addresses_are_refused_at_the_start(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LLM_BASE_URL", address)
    with pytest.raises(ValidationError):
        Environment()
