"""An evaluation set as a tenant: its databases loaded, described and embedded, its questions asked and judged."""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.harness import json_lines, progress
from benchmarks.target_databases import TargetDatabases, embedded_databases
from nl2sql.evaluation.same_result import Row, same_result
from nl2sql.evaluation.statement_order import is_ordered
from nl2sql.execution.results import json_value

ACTOR = "system:benchmark"
GOLD_TIMEOUT_MS = 20_000


@dataclass(frozen=True, kw_only=True)
class AskedSet:
    """`loaded` maps each database of the set to the one on the server; `source_of` gives the slug a question asks."""

    name: str
    principal: Any
    databases: TargetDatabases
    loaded: Mapping[str, str]
    questions: Sequence[dict[str, Any]]
    source_of: Callable[[dict[str, Any]], str]
    _golds: dict[tuple[str, str], list[Row] | None] = field(default_factory=dict)

    def ask(self, question: dict[str, Any]) -> dict[str, Any]:
        from nl2sql import runs  # noqa: PLC0415  the applications must be loaded first
        from nl2sql.runs import AskRequest  # noqa: PLC0415

        started = time.monotonic()
        run = runs.ask(self.principal, AskRequest(question=question["question"], data_source=self.source_of(question)))
        case = {
            "set": self.name,
            "id": question["id"],
            "db": question["db"],
            "question": question["question"],
            "answerable": question.get("answerable", True),
            "status": run.status,
            "sql": run.sql,
            "detail": run.error_detail or run.reply["answer"] if run.status != "completed" else "",
            "right": None,
            "own_ms": round((time.monotonic() - started) * 1000) - _elsewhere_ms(run),
        }
        if run.status == "completed" and case["answerable"]:
            rows = run.reply["result"]["rows"]
            case["right"] = any(self._matches(rows, gold, question["db"]) for gold in question["gold_sql"])
        return case

    def is_right(self, question: dict[str, Any], sql: str) -> bool:
        """Whether the statement, run as it is, finds the rows of one of the gold statements."""
        rows = self._rows(sql, self.loaded[question["db"]])
        return rows is not None and any(self._matches(rows, gold, question["db"]) for gold in question["gold_sql"])

    def _matches(self, rows: Sequence[Row], gold: str, db: str) -> bool:
        key = (db, gold)
        if key not in self._golds:
            self._golds[key] = self._rows(gold, self.loaded[db])
        expected = self._golds[key]
        return expected is not None and same_result(rows, expected, ordered=is_ordered(gold, dialect="postgres"))

    def _rows(self, gold: str, database: str) -> list[Row] | None:
        with closing(self.databases.connect(database)) as connection:
            connection.execute("SELECT set_config('statement_timeout', %s, false)", [str(GOLD_TIMEOUT_MS)])
            try:
                expected = connection.execute(gold.encode()).fetchall()
            except psycopg.Error:
                return None
        return [[json_value(value) for value in row] for row in expected]


def _elsewhere_ms(run: Any) -> int:
    """What the target database took, and a language model where one wrote the statement."""
    elsewhere = ("generate", "execute") if run.model else ("execute",)
    return sum(step["ms"] for step in run.reply["steps"] if step["name"] in elsewhere)


def alone(name: str, folder: Path) -> AskedSet:
    """Each database a source of its own."""
    databases = embedded_databases()
    progress(f"{name}: loading databases")
    loaded = databases.load(folder, prefix=f"{name}__", progress=progress)
    principal = _principal(name)
    _sync(principal, {_slug(db): database for db, database in loaded.items()}, databases)
    return AskedSet(
        name=name,
        principal=principal,
        databases=databases,
        loaded=loaded,
        questions=_questions(folder, loaded),
        source_of=lambda question: _slug(question["db"]),
    )


def pooled(name: str, folder: Path, *, gold_databases: AskedSet) -> AskedSet:
    """All databases as schemas of one source; gold statements run on those of `gold_databases`."""
    databases = gold_databases.databases
    progress(f"{name}: loading the pool")
    database = databases.load_as_schemas(folder, database=f"{name}__pool")
    principal = _principal(f"{name}_pool")
    _sync(principal, {"pool": database}, databases)
    return AskedSet(
        name=name,
        principal=principal,
        databases=databases,
        loaded=gold_databases.loaded,
        questions=gold_databases.questions,
        source_of=lambda question: "pool",
    )


def _questions(folder: Path, loaded: Mapping[str, str]) -> list[dict[str, Any]]:
    """Without those whose gold result depends on the engine's choice among ties, or proves nothing."""
    return [
        row
        for row in json_lines(folder / "questions.jsonl")
        if row["db"] in loaded and not row.get("tie_dependent") and not row.get("gold_only_null")
    ]


def _principal(name: str) -> Any:
    from tenants import tenancy  # noqa: PLC0415
    from tenants.principal import principal_of_role  # noqa: PLC0415
    from tenants.roles import Role  # noqa: PLC0415

    tenant = tenancy.create(slug=f"bench-{name.replace('_', '-')}", name=name, actor=ACTOR)
    return principal_of_role(tenant.id, actor=ACTOR, role=Role.ANALYST)


def _sync(principal: Any, loaded: Mapping[str, str], databases: TargetDatabases) -> None:
    from schema_index import sources  # noqa: PLC0415
    from schema_index.embedding.embed_chunks import embed_pending  # noqa: PLC0415
    from schema_index.embedding.spaces import configured_embedder  # noqa: PLC0415
    from schema_index.syncing.snapshots import sync  # noqa: PLC0415
    from tenants.context import tenant_transaction  # noqa: PLC0415

    for slug, database in loaded.items():
        with tenant_transaction(principal.tenant_id):
            found = {**databases.source(database), "index_values": True, "values_included": ["*"]}
            source = sources.upsert(slug=slug, name=slug, actor=ACTOR, **found)
        sync(principal.tenant_id, source_id=source.id, actor=ACTOR)
    embed_pending(principal.tenant_id, embedder=configured_embedder())


def _slug(name: str) -> str:
    return name.replace("_", "-")[:63]
