"""Documents are true of the code: settings, error codes, commands, links, and the files that deploy it."""

import re
from collections import Counter
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from django.conf import settings
from django.core.management import get_commands, load_command_class
from django.urls import resolve
from prometheus_client import REGISTRY

from config.environment import BASE_DIR, Environment
from config.error_help import HELP
from config.errors import STATUS
from config.reference.command_pages import own_arguments, own_commands
from config.reference.licences import is_allowed, licences
from config.reference.pages import PAGES, page
from config.reference.settings_table import variable_names
from nl2sql.api.serializers import AskSerializer, ReplySerializer
from nl2sql.mcp.door import PATH
from tests.snippets import LANGUAGES, documents, snippets

DOCUMENTS = sorted([*BASE_DIR.glob("*.md"), *(BASE_DIR / "docs").rglob("*.md")])

COMPOSE_ONLY = {
    *("POSTGRES_PASSWORD", "QUERENT_OWNER_PASSWORD", "QUERENT_APP_PASSWORD", "REDIS_PASSWORD", "PORT"),
    *("GRAFANA_PASSWORD", "GRAFANA_PORT"),
}
"""Read by docker-compose.yml itself, not by the settings."""

NOT_PASSED = {
    "QUERENT_HOME": "the image sets it, to the volume",
    "DEBUG": "never in production",
    "EMBEDDED_POSTGRES_PORT": "the service postgres is the database",
    "TARGET_FILES_ROOT": "a path inside the container; the volume holds the default one",
}
"""Settings that docker-compose.yml keeps from its services, and why."""

WORKERS = ("worker-ask", "worker-background")
PROFILED = ("prometheus", "grafana", "ollama")
"""Services that only a profile starts."""

NOT_RUN = {
    "CONTRIBUTING.md": 1,
    "README.md": 5,
    "api.md": 2,
    "deploy.md": 7,
    "embed.md": 1,
    "embedding.md": 1,
    "evaluation.md": 1,
    "how-to.md": 2,
    "knowledge.md": 1,
    "tutorial.md": 1,
}
"""Snippets of each document that need what is not there: Docker, a key of OpenAI, a bucket, a server of one's own."""

HOUSE_WORDS = """tenant, principal, data source, dialect, snapshot, fingerprint, diff, chunk, embedding, hit,
reciprocal-rank fusion, context, prompt, completion, schema linking, attempt, repair, verdict, violation, allow-list,
result set, gold SQL, execution accuracy, verified query, receipt"""


each_document = pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(BASE_DIR)))


def _text(name: str | Path) -> str:
    return (BASE_DIR / name).read_text(encoding="utf-8")


def _rows(text: str, *, columns: int) -> list[list[str]]:
    """The cells of every table row that has so many."""
    rows = [line.strip("|").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in row] for row in rows if len(row) == columns]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    parsed: dict[str, Any] = yaml.safe_load(_text("docker-compose.yml"))
    return parsed


@pytest.mark.parametrize("name", PAGES)
def test_the_reference_is_of_this_code(name: str) -> None:
    assert _text(f"docs/reference/{name}.md") == page(name), "Run `manage.py reference --write`."


def test_every_command_says_what_it_and_its_arguments_are_for() -> None:
    commands = own_commands()
    assert all(load_command_class(app, name).help for name, app in commands.items())
    silent = [(name, one.dest) for name, app in commands.items() for one in own_arguments(name, app) if not one.help]
    assert silent == []


def test_no_package_comes_under_a_licence_that_nobody_looked_at() -> None:
    """Those of the tests too, of which one names none: it is axe-core (MPL-2.0) with a few lines around it."""
    refused = {name for name, licence in licences("dev").items() if not is_allowed(licence)}
    assert refused == {"axe-playwright-python"}


@pytest.mark.parametrize("name", Environment.model_fields)
def test_every_setting_says_what_it_means(name: str) -> None:
    description = Environment.model_fields[name].description
    assert description
    assert description.endswith(".")


def test_no_code_reads_a_setting_past_the_settings() -> None:
    """What is read elsewhere would stand in no table."""
    sources = [
        path for app in ("config", "nl2sql", "schema_index", "tenants") for path in (BASE_DIR / app).rglob("*.py")
    ]
    reads = re.compile(r"""(?:environ(?:\.get\(|\[)|getenv\()\s*["']([A-Z_]+)""")
    found = {match for path in sources for match in reads.findall(_text(path))}
    assert found == {"ENV_FILE", "SECRETS_DIR", "AWS_SECRET_ID"}
    assert all(f"`{name}`" in _text("docs/reference/settings.md") for name in found)


def test_every_error_code_says_what_helps() -> None:
    assert list(HELP) == list(STATUS)


def test_every_field_of_a_question_is_documented() -> None:
    request = _text("docs/api.md").partition("## A reply")[0]
    documented = [row[0] for row in _rows(request, columns=2)]
    assert documented == ["field", *(f"`{name}`" for name in AskSerializer().fields)]


def test_the_example_reply_has_fields_that_exist() -> None:
    example = re.search(r"```json\n(.*?)```", _text("docs/api.md"), re.DOTALL)
    assert example is not None
    names = set(re.findall(r'^  "(\w+)":', example[1], re.MULTILINE))
    assert names
    assert names <= set(ReplySerializer().fields)


@each_document
def test_commands_exist(path: Path) -> None:
    text = _text(path)
    targets = set(re.findall(r"^([a-z][a-z-]*):", _text("Makefile"), re.MULTILINE))
    benchmarks = {f"bench-{file.stem}" for file in (BASE_DIR / "benchmarks").glob("*.py")}
    made = set(re.findall(r"(?:`|^|=\S+ )make ([a-z][a-z-]*)", text, re.MULTILINE))
    assert made <= targets | benchmarks
    managed = set(re.findall(r"manage\.py ([a-z_]+)", text))
    assert managed <= set(get_commands())


@each_document
def test_options_of_commands_exist(path: Path) -> None:
    for name, rest in re.findall(r"manage\.py ([a-z_]+)([^\n`]*)", _text(path)):
        parser = load_command_class(get_commands()[name], name).create_parser("manage.py", name)
        known = {option for action in parser._actions for option in action.option_strings}
        assert set(re.findall(r"(?<= )--[a-z-]+", rest)) <= known, name


@each_document
def test_relative_links_resolve(path: Path) -> None:
    links = re.findall(r"\]\(([^)#\s]+)[^)]*\)", _text(path))
    relative = [link for link in links if "://" not in link]
    assert [link for link in relative if not (path.parent / link).exists()] == []


@each_document
def test_local_addresses_are_answered(path: Path) -> None:
    for address in re.findall(r"127\.0\.0\.1:8000(/[\w/$-]*)", _text(path)):
        # The door for agents stands beside the site.
        assert address == PATH or resolve(re.sub(r"\$\w+", str(UUID(int=0)), address))


def test_every_snippet_is_of_a_language_that_is_run() -> None:
    """tests/doors/test_snippets.py runs them. Without a language none would."""
    found = {one.place: one.language for path in documents() for one in snippets(path)}
    assert len(found) > 60
    assert {place: name for place, name in found.items() if name not in LANGUAGES} == {}


def test_what_is_not_run_is_counted() -> None:
    """Each says why, just above it; one more needs a better reason than that it is less work."""
    counted = Counter(one.path.name for path in documents() for one in snippets(path) if one.not_run is not None)
    assert dict(counted) == NOT_RUN


def test_files_named_in_documents_exist() -> None:
    named = {
        (path.name, name)
        for path in DOCUMENTS
        for name in re.findall(
            r"`((?:config|nl2sql|schema_index|tenants|tests|docs|requirements)/[\w./-]*)`",
            _text(path),
        )
    }
    assert named
    assert {one for one in named if not (BASE_DIR / one[1]).exists()} == set()


def test_the_glossary_has_the_words_of_the_field_in_order() -> None:
    terms = [row[0] for row in _rows(_text("docs/glossary.md"), columns=2)][1:]
    assert {" ".join(word.split()) for word in HOUSE_WORDS.split(",")} - set(terms) == set()
    assert terms == sorted(set(terms), key=str.casefold)


def test_the_example_environment_names_real_settings() -> None:
    names = re.findall(r"^(?:# )?([A-Z][A-Z0-9_]+)=", _text(".env.example"), re.MULTILINE)
    assert len(names) == len(set(names))
    assert set(names) <= set(variable_names()) | COMPOSE_ONLY
    required = set(re.findall(r"\$\{([A-Z_]+):\?", _text("docker-compose.yml")))
    uncommented = set(re.findall(r"^([A-Z][A-Z0-9_]+)=$", _text(".env.example"), re.MULTILINE))
    assert uncommented == required


def test_compose_passes_real_settings(compose: dict[str, Any]) -> None:
    services = compose["services"]
    ours = ("migrate", "web", *WORKERS, "beat")
    assert set(services) == {"postgres", "pgbouncer", "redis", *ours, *PROFILED}
    assert {name for name, service in services.items() if "profiles" in service} == set(PROFILED)
    for name in ours:
        given = set(services[name]["environment"]) - {"PROMETHEUS_MULTIPROC_DIR"}
        assert given == set(variable_names()) - set(NOT_PASSED) - {"PROMETHEUS_MULTIPROC_DIR"}, name
    passed = {name: value for name, value in services["web"]["environment"].items() if name in str(value)}
    composed = {"DATABASE_URL", "DATABASE_OWNER_URL", "CELERY_BROKER_URL"}
    assert set(passed) == set(services["web"]["environment"]) - composed
    interpolated = set(re.findall(r"\$\{([A-Z_]+)", _text("docker-compose.yml")))
    assert interpolated <= set(variable_names()) | COMPOSE_ONLY


def test_compose_gives_each_service_only_its_own_passwords(compose: dict[str, Any]) -> None:
    holders = {
        secret: {name for name, service in compose["services"].items() if f"${{{secret}" in str(service)}
        for secret in ("POSTGRES_PASSWORD", "QUERENT_OWNER_PASSWORD", "QUERENT_APP_PASSWORD")
    }
    assert holders == {
        "POSTGRES_PASSWORD": {"postgres"},
        "QUERENT_OWNER_PASSWORD": {"postgres", "migrate"},
        "QUERENT_APP_PASSWORD": {"postgres", "pgbouncer", "migrate", "web", *WORKERS, "beat"},
    }


def test_compose_starts_in_order_and_keeps_its_data(compose: dict[str, Any]) -> None:
    services = compose["services"]
    for name in ("web", *WORKERS):
        assert services[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    waited = {(name, other) for name, service in services.items() for other in service.get("depends_on", {})}
    assert all(other in services for _, other in waited)
    assert all("healthcheck" in services[name] for name in ("postgres", "pgbouncer", "redis", "web", *WORKERS))
    mounted = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", ())}
    named = {source for source in mounted if not source.startswith(".")}
    assert named == set(compose["volumes"])
    assert all((BASE_DIR / source).exists() for source in mounted - named)


def test_every_queue_has_a_worker(compose: dict[str, Any]) -> None:
    served = {
        queue
        for name in WORKERS
        for argument in compose["services"][name]["command"]
        if argument.startswith("--queues=")
        for queue in argument.removeprefix("--queues=").split(",")
    }
    queues = {queue.name for queue in settings.CELERY_TASK_QUEUES}
    assert served == queues
    assert {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()} < queues


def test_the_dashboard_and_the_alerts_read_metrics_that_exist() -> None:
    counted = {
        f"{family.name}{suffix}"
        for family in REGISTRY.collect()
        for suffix in ("", "_total", "_bucket", "_count", "_sum")
        if family.name.startswith("querent_")
    }
    for name in ("deploy/grafana/dashboards/querent.json", "deploy/prometheus/alerts.yml"):
        read = set(re.findall(r"querent_\w+", _text(name)))
        assert read, name
        assert read - counted == set(), name


def test_images_are_pinned(compose: dict[str, Any]) -> None:
    images = [service["image"] for service in compose["services"].values() if "build" not in service]
    images += re.findall(r"^ARG PYTHON_IMAGE=(\S+)", _text("Dockerfile"), re.MULTILINE)
    assert len(images) == 7
    assert all(re.search(r":v?\d+\.\d+[\w.-]*$", image) for image in images)


def test_the_dockerfile_copies_what_exists_and_what_is_sent() -> None:
    copied = [
        name
        for line in re.findall(r"^COPY (?!--from)(.+)$", _text("Dockerfile"), re.MULTILINE)
        for name in line.split()[:-1]
    ]
    assert copied
    assert [name for name in copied if not (BASE_DIR / name).exists()] == []
    sent = {line[1:] for line in _text(".dockerignore").splitlines() if line.startswith("!")}
    assert sent == set(copied)


def test_the_image_runs_without_root_and_without_secrets() -> None:
    stages = _text("Dockerfile").split("\nFROM ")
    assert re.findall(r"^USER (\w+)$", stages[-1], re.MULTILINE) == ["10001"]
    assert re.findall(r"^(?:ENV|ARG) .*(?:KEY|PASSWORD|_URL)", _text("Dockerfile"), re.MULTILINE) == []


def test_documents_name_no_machine() -> None:
    """Nothing in them depends on where they were written."""
    machine = re.compile(r"(?<![\w.])/(?:home|root|work|Users|tmp)/")
    names = [*DOCUMENTS, BASE_DIR / ".env.example", BASE_DIR / "docker-compose.yml"]
    assert {path.name for path in names if machine.search(_text(path))} == set()
