"""The test run's plugin keeps the operator's own settings away from tests."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from config.environment import BASE_DIR
from config.reference.settings_table import variable_names

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
    done = subprocess.run(
        [sys.executable, "-c", SHOW],
        cwd=BASE_DIR,
        env={**os.environ, **variables, "SECRETS_DIR": str(tmp_path), "ENV_FILE": str(own)},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.stdout.splitlines() == [
        "['LOG_LEVEL', 'QUERENT_HOME', 'REQUESTS_PER_MINUTE', 'SEARCHES_PER_MINUTE']",
        "None None 1000",
    ], done.stderr


def test_another_file_than_the_usual_one_can_be_named(tmp_path: Path) -> None:
    own = tmp_path / "env"
    own.write_text("QUERY_MAX_ROWS=7\n")
    done = subprocess.run(
        [sys.executable, "-c", "from config.environment import Environment; print(Environment().query_max_rows)"],
        cwd=BASE_DIR,
        env={**os.environ, "ENV_FILE": str(own)},
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    )
    assert done.stdout == "7\n"
