"""The rules of the house that a machine can check: imports, purity, sizes, and tenants' tables."""

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection, models

from nl2sql.dialects.registry import DIALECTS
from schema_index.connectors.registry import ENGINES
from tenants.checks import managers_fail_closed, tables_force_row_level_security
from tenants.models import TenantOwned

ROOT = Path(__file__).resolve().parent.parent

LAYERS = ("config", "nl2sql", "schema_index", "tenants")
"""Each may import those after it, never those before it."""

PURE = [
    *("tenants.domain_error", "tenants.roles", "tenants.keys", "tenants.principal"),
    *("tenants.attributes", "schema_index.json_lines", "schema_index.access.policy"),
    *("schema_index.access.access_digest", "schema_index.access.policy_preview"),
    *("schema_index.access.policy_lines", "schema_index.access.column_access"),
    *("schema_index.schema", "schema_index.schema_json", "schema_index.syncing.diff", "schema_index.indexing.chunking"),
    *("schema_index.knowledge.metadata", "schema_index.value_dictionary.personal_columns", "schema_index.documents.*"),
    *("schema_index.words", "schema_index.outbound.target_policy", "schema_index.connectors.base"),
    *("schema_index.embedding.batching", "schema_index.embedding.retry"),
    *("schema_index.embedding.base", "schema_index.retrieval.types", "schema_index.retrieval.select_tables"),
    *("schema_index.retrieval.fusion", "schema_index.retrieval.join_graph", "schema_index.retrieval.lexical"),
    *("schema_index.retrieval.keyword_weights", "schema_index.vector_index.advice"),
    *("schema_index.retrieval.order_tables", "schema_index.retrieval.weights", "schema_index.retrieval.quality"),
    *("schema_index.retrieval.calibration", "schema_index.snippet"),
    *("nl2sql.events", "nl2sql.replies.event_payload", "nl2sql.replies.reply", "nl2sql.replies.charts"),
    *("nl2sql.replies.export", "nl2sql.answering.repair", "nl2sql.replies.withheld", "nl2sql.answering.real_names"),
    "nl2sql.answering.candidates",
    *("nl2sql.generation.base", "nl2sql.generation.extract", "nl2sql.generation.answer_format"),
    *("nl2sql.generation.price", "nl2sql.generation.circuit", "nl2sql.generation.model_settings"),
    "nl2sql.model_access.endpoint_policy",
    *("nl2sql.evaluation.same_result", "nl2sql.evaluation.statement_order", "nl2sql.evaluation.question_set"),
    *("nl2sql.evaluation.judged_case", "nl2sql.evaluation.scores", "nl2sql.evaluation.comparison"),
    *("nl2sql.evaluation.configuration_words", "nl2sql.evaluation.gate", "nl2sql.evaluation.chart"),
    *("nl2sql.evaluation.export", "nl2sql.evaluation.report"),
    "nl2sql.execution.results",
    *("nl2sql.dialects.*", "nl2sql.validation.*", "nl2sql.generation.composer.*", "nl2sql.prompt.*", "nl2sql.trust.*"),
    *("nl2sql.chart_svg.*", "nl2sql.web.result_table", "schema_index.web.neighbourhood"),
    *("nl2sql.reuse.*", "nl2sql.suggestions.candidates", "nl2sql.suggestions.prove"),
]
"""A star stands for every module of a package."""

IMPURE = ("django", "rest_framework", "celery", "openai", "psycopg", "sqlalchemy")

MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 60

GLOBAL_TABLES = {"tenants_tenant", "tenants_user", "schema_index_endpointpace"}
"""What stands above tenants; Tenant has a policy of its own, and an endpoint's pace tells nothing of any."""


OUR_DOT_FOLDERS = {".ci", ".github"}
NOT_SOURCE = {"__pycache__", "staticfiles"}


@cache
def _sources() -> tuple[Path, ...]:
    """Every file of the checkout that is ours, found without git: a copy of the files is enough.

    Left out are what tools keep in folders that begin with a dot, compiled files, and the operator's `.env`.
    """
    found: list[Path] = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = sorted(
            name for name in folders if name in OUR_DOT_FOLDERS or not (name.startswith(".") or name in NOT_SOURCE)
        )
        found += [Path(folder, name) for name in sorted(names) if name not in (".env", ".coverage", ".git")]
    return tuple(found)


def test_the_checkout_is_walked_without_what_is_not_ours() -> None:
    names = {str(path.relative_to(ROOT)) for path in _sources()}
    assert {"manage.py", ".env.example", ".ci/run", "tests/test_architecture.py", "config/settings.py"} <= names
    assert {name for name in names if name.startswith((".venv/", ".git/", ".querent/", "staticfiles/"))} == set()


def _python(*folders: str) -> Iterator[Path]:
    yield from (
        path
        for path in _sources()
        if path.suffix == ".py" and (not folders or path.relative_to(ROOT).parts[0] in folders)
    )


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports in full"
            yield node.module or ""


@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_imports_only_itself_and_those_below(layer: str) -> None:
    forbidden = {*LAYERS[: LAYERS.index(layer)], "tests", "benchmarks"}
    found = {
        f"{path.relative_to(ROOT)} imports {name}"
        for path in _python(layer)
        for name in _imported(path)
        if name.split(".")[0] in forbidden
    }
    assert found == set()


def test_nothing_of_the_product_refers_by_key_to_a_layer_above() -> None:
    order = {name: place for place, name in enumerate(LAYERS)}
    found = {
        str(field)
        for model in apps.get_models()
        for field in model._meta.get_fields()
        if isinstance(field, models.ForeignKey)
        and model._meta.app_label in order
        and order.get(field.related_model._meta.app_label, len(LAYERS)) < order[model._meta.app_label]
    }
    assert found == set()


def _pure_modules() -> list[str]:
    names = [name for name in PURE if not name.endswith(".*")]
    for package in (name.removesuffix(".*") for name in PURE if name.endswith(".*")):
        folder = ROOT / package.replace(".", "/")
        files = [path for path in _sources() if path.is_relative_to(folder) and path.suffix == ".py"]
        assert files, f"{package} is empty"
        names += [".".join(path.relative_to(ROOT).with_suffix("").parts) for path in files]
    return sorted(name.removesuffix(".__init__") for name in names)


def test_pure_modules_load_no_framework_not_even_through_others() -> None:
    script = f"""
import importlib, sys
culprits = []
for name in {_pure_modules()!r}:
    importlib.import_module(name)
    loaded = sorted(set({IMPURE!r}) & set(sys.modules))
    if loaded:
        culprits.append(f"{{name}} loads {{', '.join(loaded)}}")
        break
print("\\n".join(culprits))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.stdout.strip(), done.stderr) == ("", "")


def test_a_file_holds_one_idea() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in _python(*LAYERS, "benchmarks")
        if "migrations" not in path.parts
        and (lines := len(path.read_text(encoding="utf-8").splitlines())) > MAX_FILE_LINES
    }
    assert long == {}


def test_a_function_fits_on_a_page() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": length
        for path in _python(*LAYERS)
        if "migrations" not in path.parts
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (length := (node.end_lineno or node.lineno) - node.lineno + 1) > MAX_FUNCTION_LINES
    }
    assert long == {}


OWN_DIALECTS = ("nl2sql/dialects/", "schema_index/connectors/")


def test_what_is_known_of_a_dialect_stands_in_its_own_modules() -> None:
    """So that another one is two modules, each named in a list. `config` has a database and a user `postgres`."""
    assert list(DIALECTS) == list(ENGINES)
    named = re.compile(f"[\"']({'|'.join(ENGINES)})[\"']")
    found = {
        f"{name}:{number}"
        for path in _sources()
        if path.suffix in (".py", ".html", ".css", ".js")
        and (name := str(path.relative_to(ROOT))).startswith(LAYERS[1:])
        and not name.startswith(OWN_DIALECTS)
        and "migrations" not in path.parts
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if named.search(line)
    }
    assert found == set()


def test_no_exception_is_caught_without_its_name() -> None:
    def is_broad(node: ast.ExceptHandler) -> bool:
        caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        return any(one is None or ast.unparse(one) in ("Exception", "BaseException") for one in caught)

    found = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in _python(*LAYERS)
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.ExceptHandler) and is_broad(node)
    }
    assert found == set()


NOT_OURS = [
    # Locked packages come from whatever registry the machine is told of.
    r"files\.pythonhosted\.org|pypi\.org/simple|--(?:extra-)?index-url|registry\.npmjs",
    # A path of one machine means nothing on another.
    r"/(?:work|root|home/[a-z])/|/Users/",
]


@pytest.mark.parametrize("pattern", NOT_OURS, ids=["registry", "machine path"])
def test_no_file_names_a_registry_or_a_machines_folder(pattern: str) -> None:
    this = Path(__file__).resolve()
    found = {
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for path in _sources()
        if path != this and path.suffix not in (".png", ".ico", ".woff2", ".sqlite")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if re.search(pattern, line)
    }
    assert found == set()


def _our_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in LAYERS]


def test_every_table_of_ours_belongs_to_a_tenant_or_is_known_to_stand_above() -> None:
    unowned = {model._meta.db_table for model in _our_models() if not issubclass(model, TenantOwned)}
    assert unowned == GLOBAL_TABLES
    assert managers_fail_closed(None) == []


def test_every_unique_key_of_a_tenants_table_begins_with_the_tenant() -> None:
    """So that a key tells nothing of other tenants. An API key is looked up before its tenant is known."""
    found = {
        f"{model.__name__}.{constraint.name}"
        for model in _our_models()
        if issubclass(model, TenantOwned)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
        and constraint.fields[:1] != ("tenant",)
        and constraint.expressions[:1] != (models.F("tenant"),)
    }
    assert found == set()


@pytest.mark.django_db
def test_every_tenants_table_forces_row_level_security_with_policies(db: None) -> None:
    assert tables_force_row_level_security(None, databases=["default"]) == []
    tables = [model._meta.db_table for model in _our_models() if issubclass(model, TenantOwned)]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, array_agg(DISTINCT polcmd::text ORDER BY polcmd::text), bool_or(polroles <> '{0}') "
            "FROM pg_class JOIN pg_policy ON polrelid = pg_class.oid WHERE relname = ANY(%s) AND relforcerowsecurity "
            "GROUP BY relname",
            [[*tables, "tenants_tenant"]],
        )
        found = {name: (commands, some_roles) for name, commands, some_roles in cursor.fetchall()}
    # a, r, w, d: INSERT, SELECT, UPDATE, DELETE; for every role.
    everything = dict.fromkeys([*tables, "tenants_tenant"], (["a", "d", "r", "w"], False))
    assert found == {
        **everything,
        # The application role has no DELETE on these; the owner has, for the end of a tenant.
        "tenants_auditevent": (["a", "d", "r"], False),
        "schema_index_accesspolicy": (["a", "d", "r"], False),
    }
