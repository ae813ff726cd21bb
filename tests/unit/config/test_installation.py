"""`make install` on stand-ins of Python, pip and uv: what uv is told of the registry."""

import os
import shutil
from pathlib import Path

import pytest

from config.environment import BASE_DIR
from tests.processes import ended

PYTHON = """#!/bin/sh
[ "$1 $2" = "-m venv" ] || exit 0
mkdir -p "$3/bin"
cp pip-config "$3/bin/python"
cp uv "$3/bin/uv"
"""
PIP_CONFIG = """#!/bin/sh
[ "$2 $3" = "pip config" ] || exit 0
[ -n "$CONFIGURED" ] && echo "$CONFIGURED"
"""
UV = """#!/bin/sh
echo "${UV_DEFAULT_INDEX-unset}" > told
"""


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ({}, "unset"),
        ({"CONFIGURED": "https://conf.example/simple"}, "https://conf.example/simple"),
        ({"PIP_INDEX_URL": "https://env.example/simple"}, "https://env.example/simple"),
        (
            {"CONFIGURED": "https://conf.example/simple", "PIP_INDEX_URL": "https://env.example/simple"},
            "https://env.example/simple",
        ),
        (
            {"PIP_INDEX_URL": "https://env.example/simple", "UV_DEFAULT_INDEX": "https://uv.example"},
            "https://uv.example",
        ),
    ],
    ids=str,
)
def test_uv_uses_the_registry_that_pip_uses(tmp_path: Path, variables: dict[str, str], told: str) -> None:
    for name, text in (("python", PYTHON), ("pip-config", PIP_CONFIG), ("uv", UV)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    shutil.copy(BASE_DIR / "Makefile", tmp_path)
    (tmp_path / "requirements").mkdir()
    for name in ("uv.lock", "dev.lock"):
        (tmp_path / "requirements" / name).touch()
    done = ended(["make", "install", "PYTHON=./python"], cwd=tmp_path, env={"PATH": os.environ["PATH"], **variables})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "told").read_text().strip() == told
