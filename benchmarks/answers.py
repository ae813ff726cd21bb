"""Answers without a language model: how many questions the composer answers, how many of those are right.

Each question goes through the product's own `runs.ask`, its own database alone; a result is right when it equals that
of one of the gold statements. Unanswerable questions are right when they are refused.
"""

import json
import os
from collections import Counter
from contextlib import closing
from typing import Any

os.environ["QUERY_MAX_ROWS"] = "100000"
os.environ["QUESTIONS_PER_DAY"] = "100000000"
for _name in ("LLM_API_KEY", "LLM_BASE_URL", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
    os.environ.pop(_name, None)

from benchmarks.gold import same_result  # noqa: E402  after the settings it must find
from benchmarks.harness import Options, json_lines, options, prepared, progress, spread, write_cases  # noqa: E402
from benchmarks.target_databases import READER, TargetDatabases  # noqa: E402

ACTOR = "system:benchmark"
GOLD_TIMEOUT_MS = 20_000
SETS = ("spider_pg", "sql_eval")


def main() -> None:
    given = options(
        default="eval",
        needs=[f"{name}/questions.jsonl" for name in SETS],
        description="Precision and coverage of the composer.",
    )
    prepared()
    cases = [case for name in SETS for case in _run_set(name, given)]
    write_cases(given.out, cases)
    _report(cases)


def _run_set(name: str, given: Options) -> list[dict[str, Any]]:
    from django.conf import settings  # noqa: PLC0415  the applications must be loaded first

    from config.secrets import derived_password  # noqa: PLC0415

    folder = given.data / name
    assert settings.ACCESS.admin is not None  # the embedded server's
    databases = TargetDatabases(
        settings.ACCESS.admin, password=derived_password(settings.SECRET_KEY, "benchmark reader")
    )
    progress(f"{name}: loading databases")
    loaded = databases.load(folder, prefix=f"{name}__", progress=progress)
    questions = [
        row
        for row in json_lines(folder / "questions.jsonl")
        if row["db"] in loaded and not row.get("tie_dependent") and not row.get("gold_only_null")
    ]
    principal = _principal(name)
    _sync(principal, loaded, databases)
    cases: list[dict[str, Any]] = []
    for number, question in enumerate(spread(questions, given.limit), start=1):
        cases.append({"set": name, **_ask(principal, question, databases, loaded[question["db"]])})
        if number % 250 == 0:
            progress(f"  {name}: {number} questions")
    return cases


def _principal(name: str) -> Any:
    from tenants import tenancy  # noqa: PLC0415
    from tenants.principal import principal_of_role  # noqa: PLC0415
    from tenants.roles import Role  # noqa: PLC0415

    tenant = tenancy.create(slug=f"bench-{name.replace('_', '-')}", name=name, actor=ACTOR)
    return principal_of_role(tenant_id=tenant.id, tenant_slug=tenant.slug, actor=ACTOR, role=Role.ANALYST)


def _sync(principal: Any, loaded: dict[str, str], databases: TargetDatabases) -> None:
    from django.conf import settings  # noqa: PLC0415

    from schema_index import sources  # noqa: PLC0415
    from schema_index.embedding.embed_chunks import embed_pending  # noqa: PLC0415
    from schema_index.embedding.spaces import configured_embedder  # noqa: PLC0415
    from schema_index.snapshots import sync  # noqa: PLC0415
    from tenants.context import tenant_transaction  # noqa: PLC0415

    server = settings.DATABASES["default"]
    for name, database in loaded.items():
        with tenant_transaction(principal.tenant_id):
            source = sources.upsert(
                slug=_slug(name),
                name=name,
                dialect="postgres",
                host=server["HOST"],
                port=int(server["PORT"]),
                database=database,
                username=READER,
                password=databases.password,
                index_values=True,
                values_included=["*"],
                actor=ACTOR,
            )
        sync(principal.tenant_id, source_id=source.id, actor=ACTOR)
    embed_pending(principal.tenant_id, embedder=configured_embedder())


def _slug(name: str) -> str:
    return name.replace("_", "-")[:63]


def _ask(principal: Any, question: dict[str, Any], databases: TargetDatabases, database: str) -> dict[str, Any]:
    from nl2sql import runs  # noqa: PLC0415
    from nl2sql.runs import AskRequest  # noqa: PLC0415

    run = runs.ask(principal, AskRequest(question=question["question"], data_source=_slug(question["db"])))
    case = {
        "id": question["id"],
        "db": question["db"],
        "question": question["question"],
        "answerable": question.get("answerable", True),
        "status": run.status,
        "sql": run.sql,
        "detail": run.error_detail or run.reply["answer"] if run.status != "completed" else "",
        "right": None,
    }
    if run.status == "completed" and case["answerable"]:
        rows = run.reply["result"]["rows"]
        case["right"] = any(_matches(rows, gold, databases, database) for gold in question["gold_sql"])
    return case


def _matches(rows: list[list[Any]], gold: str, databases: TargetDatabases, database: str) -> bool:
    import psycopg  # noqa: PLC0415

    from nl2sql.execution.results import json_value  # noqa: PLC0415

    with closing(databases.connect(database)) as connection:
        connection.execute("SELECT set_config('statement_timeout', %s, false)", [str(GOLD_TIMEOUT_MS)])
        try:
            expected = connection.execute(gold.encode()).fetchall()
        except psycopg.Error:
            return False
    plain = [[json_value(value) for value in row] for row in expected]
    return same_result(rows, plain, ordered="order by" in gold.lower())


def _report(cases: list[dict[str, Any]]) -> None:
    figures: dict[str, Any] = {}
    print(f"{'set':12}{'questions':>10}{'answered':>10}{'right':>8}{'precision':>11}{'coverage':>10}{'failed':>8}")
    for name in SETS:
        answerable = [case for case in cases if case["set"] == name and case["answerable"]]
        states = Counter(case["status"] for case in answerable)
        answered, right = states["completed"], sum(case["right"] is True for case in answerable)
        precision = round(right / answered, 4) if answered else None
        coverage = round(answered / len(answerable), 4) if answerable else None
        print(
            f"{name:12}{len(answerable):10}{answered:10}{right:8}{precision or 0:11.3f}{coverage or 0:10.3f}"
            f"{states['failed']:8}"
        )
        prefix = "composer" if name == "spider_pg" else f"{name}_composer"
        figures[f"{prefix}_precision"], figures[f"{prefix}_coverage"] = precision, coverage
        figures[f"{prefix}_answered"], figures[f"{prefix}_right"] = answered, right
        figures[f"{prefix}_questions"], figures[f"{prefix}_failed"] = len(answerable), states["failed"]
    unanswerable = [case for case in cases if not case["answerable"]]
    refused = sum(case["status"] in ("cannot_answer", "needs_clarification") for case in unanswerable)
    figures["refused_unanswerable"] = round(refused / len(unanswerable), 4) if unanswerable else None
    figures["unanswerable"] = len(unanswerable)
    print(f"unanswerable: {refused} of {len(unanswerable)} refused")
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
