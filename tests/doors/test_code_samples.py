"""The calls that the description of the API shows for each operation, as they stand: by curl, Python and JavaScript."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from config.openapi import operations
from schema_index.models import DataSource
from tests.asgi_server import asgi_server
from tests.conftest import Member
from tests.functional.test_openapi import described
from tests.node import NODE
from tests.processes import ended

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not Path("/usr/bin/node").exists() and os.environ.get("CI") != "true", reason="node is not installed"
    ),
]

BY_SHELL = r"""
import json, subprocess, sys
for sample in json.load(sys.stdin):
    command = sample + " -o /dev/null -w '%{http_code}\n'"
    print(subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=True).stdout.strip())
"""

BY_PYTHON = r"""
import contextlib, io, json, os, sys
import requests
for sample in json.load(sys.stdin):
    text = sample.replace("http://127.0.0.1:8000", os.environ["QUERENT"]).replace("qk_…", os.environ["KEY"])
    names = {}
    with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(requests.HTTPError):
        exec(text, names)
    print(names["reply"].status_code)
"""

BY_JAVASCRIPT = r"""
const samples = JSON.parse(require("fs").readFileSync(0, "utf8"));
const own = globalThis.fetch, say = console.log, Sample = (async () => {}).constructor;
let status;
globalThis.fetch = async (...call) => { const reply = await own(...call); status = reply.status; return reply; };
console.log = () => {};
(async () => {
  for (const sample of samples) {
    await new Sample(sample)().catch(error => { if (status < 400) throw error; });
    say(status);
  }
})();
"""

CALLERS = {
    "Shell": [sys.executable, "-c", BY_SHELL],
    "Python": [sys.executable, "-c", BY_PYTHON],
    "JavaScript": [NODE, "-e", BY_JAVASCRIPT],
}

UNDERSTOOD = {200, 201, 202, 204, 404, 409}
"""Ids of the samples are nobody's; a job may be at work."""

ELSEWHERE = {"put /api/v1/model": {422}}
"""The sample's model is at an address that does not exist."""


def test_every_sample_is_a_request_that_the_api_understands(
    owner: Member, shop: DataSource, change_environment: Callable[..., object]
) -> None:
    known = [(f"{method} {path}", operation) for path, method, operation in operations(described())]
    told: dict[str, set[int]] = {name: set() for name, _ in known}
    with asgi_server() as address:
        for language, command in CALLERS.items():
            samples = [
                sample["source"]
                for _, operation in known
                for sample in operation["x-codeSamples"]
                if sample["lang"] == language
            ]
            environment = {**os.environ, "QUERENT": address, "KEY": owner.key}
            done = ended(command, input=json.dumps(samples), env=environment, timeout=300)
            assert done.returncode == 0, done.stderr
            for (name, _), status in zip(known, done.stdout.split(), strict=True):
                told[name].add(int(status))
    assert {name: statuses for name, statuses in told.items() if not statuses <= UNDERSTOOD} == ELSEWHERE
