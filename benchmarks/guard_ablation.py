"""What each rule of the guard stops that no other does: its findings are dropped, and the attacks tried again.

    make bench-guard ARGS=--ablation [DATA=folder]

The guard itself has no switch: this process puts a pass that keeps silent about one finding in place of its own.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

from rich.console import Console
from rich.table import Table

from benchmarks.guard_corpora import CORPORA, DIALECTS, star_rewritten
from benchmarks.guard_fixture import ROW_LIMIT, visible_schema
from benchmarks.harness import json_lines
from nl2sql.validation import validate as guard
from nl2sql.validation.context import Context
from nl2sql.validation.verdict import Rejected, Violation
from schema_index.schema import DatabaseSchema, Dialect

PASSES = (
    "lexical", "nodes", "functions", "cast_types", "identifiers", "bounds", "names", "growth", "patterns", "recursion",
    "cross_joins", "limit",
)  # fmt: skip
"""Those that look at a statement and go on. Without `parse` and `render` there is no statement to look at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """`named`: attacks of which the rule finds something; `alone`: those that run without it; `examples`: of these."""

    where: str
    code: str
    named: int
    alone: int
    examples: tuple[str, ...]


def shares(data: Path) -> list[Share]:
    """One for each finding of each pass, and one for each whole pass (code ""), the most needed first."""
    schemas = {dialect: visible_schema(dialect) for dialect in DIALECTS}
    found: dict[tuple[str, str], dict[str, dict[str, Any]]] = defaultdict(dict)
    for case in json_lines(data / CORPORA[0]):
        with _listening() as heard:
            _stopped(case, schemas[case["dialect"]])
        for where, code in heard:
            found[where, code][case["id"]] = case
            found[where, ""][case["id"]] = case
    rows = []
    for (where, code), cases in found.items():
        with _silent(where, code):
            alone = [case["id"] for case in cases.values() if not _stopped(case, schemas[case["dialect"]])]
        rows.append(Share(where=where, code=code, named=len(cases), alone=len(alone), examples=tuple(alone[:3])))
    idle = [name for name in PASSES if (name, "") not in found]
    rows += [Share(where=name, code="", named=0, alone=0, examples=()) for name in idle]
    order = {name: at for at, name in enumerate(PASSES)}
    return sorted(rows, key=lambda row: (order[row.where], bool(row.code), -row.alone, -row.named))


def show(rows: list[Share], console: Console) -> None:
    table = Table("pass", "finding", "attacks", "only it stops", "for example", box=None)
    for row in rows:
        table.add_row(row.where, row.code or "(all)", str(row.named), str(row.alone), ", ".join(row.examples))
    console.print(table)


def _stopped(case: dict[str, Any], schema: DatabaseSchema) -> bool:
    """A pass may count on the one before it: what then breaks ends in an error, and does not run either."""
    try:
        verdict = guard.validate(case["sql"], schema=schema, row_limit=ROW_LIMIT)
    except Exception:  # noqa: BLE001  whatever a weakened guard stumbles over
        return True
    if isinstance(verdict, Rejected):
        return True
    return star_rewritten(case["sql"], verdict.sql, cast(Dialect, case["dialect"]))


@contextmanager
def _listening() -> Iterator[set[tuple[str, str]]]:
    heard: set[tuple[str, str]] = set()

    def hear(where: str, found: tuple[Violation, ...]) -> tuple[Violation, ...]:
        heard.update((where, one.code) for one in found)
        return found

    with _through(hear):
        yield heard


@contextmanager
def _silent(where: str, code: str) -> Iterator[None]:
    def drop(name: str, found: tuple[Violation, ...]) -> tuple[Violation, ...]:
        return tuple(one for one in found if name != where or (code and one.code != code))

    with _through(drop):
        yield


@contextmanager
def _through(judge: Callable[[str, tuple[Violation, ...]], tuple[Violation, ...]]) -> Iterator[None]:
    """Each pass's findings go through `judge`."""
    with ExitStack() as stack:
        for name in PASSES:
            stack.enter_context(patch.object(guard, name, _judged(name, getattr(guard, name), judge)))
        yield


def _judged(
    name: str,
    looks: Callable[..., Any],
    judge: Callable[[str, tuple[Violation, ...]], tuple[Violation, ...]],
) -> Callable[..., Any]:
    def judged(*given: Any, **named: Any) -> Any:
        found = looks(*given, **named)
        if isinstance(found, Context):
            found.findings[:] = judge(name, tuple(found.findings))
            return found
        return judge(name, tuple(found))

    return judged
