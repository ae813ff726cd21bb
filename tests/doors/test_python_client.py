"""A typed client that a generator makes of the description, asking a real server, as docs/api.md shows it."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from schema_index.models import DataSource
from tests.conftest import Member
from tests.processes import ended

pytestmark = pytest.mark.django_db(transaction=True)

USE = """
import json, sys
from querent_client import AuthenticatedClient
from querent_client.api.questions import ask, list_suggestions
from querent_client.models import Ask

with AuthenticatedClient(base_url=sys.argv[1], token=sys.argv[2]) as client:
    suggested = list_suggestions.sync(client=client).items[0].question
    reply = ask.sync(client=client, body=Ask(question=suggested))
print(json.dumps([suggested, reply.status, reply.result.row_count]))
"""


def run(*command: str, folder: Path) -> str:
    done = ended(command, cwd=folder, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_generated_client_asks(tmp_path: Path, owner: Member, shop: DataSource, live_server: Any) -> None:
    call_command("spectacular", "--file", str(tmp_path / "openapi.yaml"))
    (tmp_path / "config.yaml").write_text("post_hooks: []\n")
    generator = str(Path(sys.executable).with_name("openapi-python-client"))
    told = run(
        *(generator, "generate", "--path", "openapi.yaml", "--config", "config.yaml"),
        *("--meta", "none", "--output-path", "querent_client"),
        folder=tmp_path,
    )
    assert "warning" not in told.lower(), told

    answer = json.loads(run(sys.executable, "-c", USE, live_server.url, owner.key, folder=tmp_path))

    assert answer == ["How many orders are there?", "completed", 1]
