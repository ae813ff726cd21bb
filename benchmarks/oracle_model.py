"""A model over real HTTP that answers the gold statement when, and only when, all it reads stands in the prompt.

What it cannot answer, no model could: its share of right answers is the ceiling of everything around the model.

    with OracleModel() as oracle:
        oracle.golds = golds_of(...)      # of the question that is asked next
        ... point the client at oracle.url, then look at oracle.missing ...
"""

import json
import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from nl2sql.prompt.ddl import quoted, table_name
from nl2sql.validation.validate import validate
from nl2sql.validation.verdict import Rejected
from schema_index.schema import DatabaseSchema

_SCHEMA = re.compile(r'<data kind="schema">\n(.*?)\n</data>', re.DOTALL)
_TABLE = re.compile(r"^CREATE (?:TABLE|VIEW) (.+?) \((?:  -- .*)?$")
_EMPTY = {"interpreted_as": "", "question": "", "message": "", "assumptions": [], "choices": [], "missing": []}


@dataclass(frozen=True, slots=True, kw_only=True)
class Gold:
    """`needs` maps each table that the statement reads, as a prompt spells it, to its columns, likewise."""

    sql: str
    needs: Mapping[str, frozenset[str]]


def golds_of(
    statements: Sequence[str], *, schema: DatabaseSchema, spelled_in: DatabaseSchema, row_limit: int
) -> list[Gold]:
    """Gold statements whose names resolve in `schema`, for a prompt that is written for `spelled_in`.

    Where both are one, the statement stays as its author wrote it; else the guard's rendering says the schema of each
    table. One that the guard refuses needs nothing, so that the refusal is counted where it happens.
    """
    golds = []
    for statement in statements:
        verdict = validate(statement, schema=schema, row_limit=row_limit)
        if isinstance(verdict, Rejected):
            golds.append(Gold(sql=statement, needs={}))
            continue
        text = statement if schema is spelled_in else verdict.sql
        golds.append(Gold(sql=text, needs=_needs(verdict.tables, verdict.columns, schema, spelled_in)))
    return golds


def _needs(
    tables: Sequence[str], columns: Sequence[str], schema: DatabaseSchema, spelled_in: DatabaseSchema
) -> dict[str, frozenset[str]]:
    needs = {}
    for table in schema.tables:
        if table.qualified_name in tables:
            own = {f"{table.qualified_name}.{column.name}": column.name for column in table.columns}
            needs[table_name(table.schema, table.name, within=spelled_in)] = frozenset(
                quoted(name, dialect=schema.dialect) for full, name in own.items() if full in columns
            )
    return needs


def shown_in(prompt: str) -> dict[str, frozenset[str]]:
    """Table → columns of the schema that stands in a prompt, both as they are spelled there."""
    found: dict[str, set[str]] = {}
    table = ""
    fenced = _SCHEMA.search(prompt)
    for line in fenced[1].splitlines() if fenced else []:
        if head := _TABLE.match(line):
            table = head[1]
            found[table] = set()
        elif line.startswith("  "):
            found[table].add(_first_name(line.strip()))
    return {name: frozenset(columns) for name, columns in found.items()}


def _first_name(line: str) -> str:
    quoted_name = re.match(r'"(?:[^"]|"")*"|`(?:[^`]|``)*`', line)
    return quoted_name[0] if quoted_name else line.split(" ", maxsplit=1)[0].rstrip(",")


class OracleModel:
    """Answers chat.completions. `missing` tells what the last prompt lacked for every gold; empty where it sufficed."""

    def __init__(self) -> None:
        self.golds: list[Gold] = []
        self.missing: list[str] = []
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=5)

    def answer(self, prompt: str) -> dict[str, Any]:
        sql, self.missing = told(prompt, golds=self.golds)
        return {
            **_EMPTY,
            "outcome": "sql" if sql else "refuse",
            "sql": sql,
            "message": "" if sql else "The prompt lacks what the answer needs.",
            "missing": self.missing,
            "available": [],
        }


def told(prompt: str, *, golds: Sequence[Gold]) -> tuple[str, list[str]]:
    """The first gold of which all stands in the user part of a prompt; else nothing, and what the nearest one lacks."""
    shown = shown_in(prompt)
    lacking = [_lacking(gold, shown) for gold in golds]
    found = next((gold.sql for gold, missing in zip(golds, lacking, strict=True) if not missing), "")
    return found, [] if found else min(lacking, key=len, default=["a gold statement"])


def _lacking(gold: Gold, shown: Mapping[str, frozenset[str]]) -> list[str]:
    return [
        *(f"table {table}" for table in gold.needs if table not in shown),
        *(
            f"column {table}.{column}"
            for table, columns in gold.needs.items()
            if table in shown
            for column in sorted(columns - shown[table])
        ),
    ]


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, model: OracleModel) -> None:
        self.model = model
        super().__init__(("127.0.0.1", 0), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        content = json.dumps(self.server.model.answer(body["messages"][-1]["content"]))
        reply = {
            "id": "oracle",
            "object": "chat.completion",
            "created": 1,
            "model": "oracle",
            "choices": [{"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": 0, "completion_tokens": 0, "total_tokens": 0},
        }
        text = json.dumps(reply).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""
