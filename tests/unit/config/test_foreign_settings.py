"""The test run's plugin keeps the operator's own settings away from tests."""

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from config.reference.settings_table import variable_names
from tests.processes import ended

SHOW = """
import os, tests.plugin
from config.environment import Environment
from config.reference.settings_table import variable_names
print(sorted(name for name in os.environ if name.upper() in variable_names()))
found = Environment()
print(found.database_url, found.secret_key, found.query_max_rows)
"""


@pytest.mark.parametrize("case", [str.upper, str.lower])
def test_no_setting_of_the_operator_reaches_a_test(tmp_path: Path, case: Callable[[str], str]) -> None:
    (tmp_path / "secret_key").write_text("from a folder")
    own = tmp_path / "env"
    own.write_text("DATABASE_URL=postgresql://root@db.example/real\nQUERY_MAX_ROWS=7\n")
    variables = dict.fromkeys(map(case, variable_names()), "postgresql://root@db.example/real")
    environment = {**os.environ, **variables, "SECRETS_DIR": str(tmp_path), "ENV_FILE": str(own)}
    done = ended([sys.executable, "-c", SHOW], env=environment)
    assert done.stdout.splitlines() == [
        "['LOG_LEVEL', 'QUERENT_HOME', 'REQUESTS_PER_MINUTE', 'SEARCHES_PER_MINUTE']",
        "None None 1000",
    ], done.stderr


def test_another_file_than_the_usual_one_can_be_named(tmp_path: Path) -> None:
    own = tmp_path / "env"
    own.write_text("QUERY_MAX_ROWS=7\n")
    code = "from config.environment import Environment; print(Environment().query_max_rows)"
    done = ended([sys.executable, "-c", code], env={**os.environ, "ENV_FILE": str(own)})
    assert (done.stdout, done.returncode) == ("7\n", 0), done.stderr
