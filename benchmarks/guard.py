"""Run the security corpora through the guard: attacks accepted, benign refused, benign whose rows changed.

    .venv/bin/python -m benchmarks.guard [--data FOLDER] [--out FILE] [--ablation]

FOLDER holds attacks.jsonl and benign.jsonl (default: ../shared/security beside the checkout). An accepted attack counts
unless it is proven harmless: a `resource` case that ran within the deadline, row and byte caps, or a star that was
rewritten to the listed columns and ran as a role that may read nothing else. `--ablation` tells instead what each rule
stops that no other does.
"""

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, cast

from rich.console import Console
from rich.table import Table

from benchmarks.guard_ablation import shares
from benchmarks.guard_ablation import show as show_shares
from benchmarks.guard_corpora import CORPORA, DIALECTS, star_rewritten, unlimited
from benchmarks.guard_engines import Answer, Engine, engines
from benchmarks.guard_fixture import ROW_LIMIT, visible_schema
from benchmarks.harness import json_lines, options, write_cases
from nl2sql.validation.validate import validate
from nl2sql.validation.verdict import Accepted
from schema_index.schema import DatabaseSchema, Dialect

_ATTEMPTS = 5
"""Runs in which a statement may show that its answer is not determined."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One case. `verdict`: rejected, accepted, rewritten (a star, proven harmless) or bounded (ran within its bounds).

    `rows`: same, changed, not run, or error when the original fails in the engine too.
    """

    id: str
    kind: str
    dialect: Dialect
    category: str
    verdict: str
    rules: tuple[str, ...]
    sql: str
    ms: float
    rows: str = "not run"
    note: str = ""


def decide(case: dict[str, Any], *, kind: str, schema: DatabaseSchema) -> Decided:
    started = time.perf_counter()
    verdict = validate(case["sql"], schema=schema, row_limit=ROW_LIMIT)
    ms = (time.perf_counter() - started) * 1000
    accepted = isinstance(verdict, Accepted)
    return Decided(
        id=case["id"],
        kind=kind,
        dialect=case["dialect"],
        category=case.get("category", "benign"),
        verdict="accepted" if accepted else "rejected",
        rules=() if isinstance(verdict, Accepted) else tuple(finding.code for finding in verdict.violations),
        sql=verdict.sql if isinstance(verdict, Accepted) else "",
        ms=round(ms, 3),
    )


def compared(decided: Decided, original: str, engine: Engine | None) -> Decided:
    """The benign case after running both texts."""
    if engine is None or decided.verdict != "accepted":
        return decided
    first, second = engine.pair(original, decided.sql)
    if first.error and second.error:
        return replace(decided, rows="error", note=first.error)
    same = _same(first, second) or _undetermined(engine, original, decided)
    return replace(decided, rows="same" if same else "changed", note=first.error or second.error)


def _same(first: Answer, second: Answer) -> bool:
    failed = first.error or second.error
    return not failed and Counter(map(repr, first.rows)) == Counter(map(repr, second.rows))


def _undetermined(engine: Engine, original: str, decided: Decided) -> bool:
    """Whether the original disagrees with itself (a LIMIT through ties, the clock) and agrees once no LIMIT cuts it."""
    if all(_same(*engine.pair(original, original)) for _ in range(_ATTEMPTS)):
        return False
    return _same(*engine.pair(unlimited(original, decided.dialect), unlimited(decided.sql, decided.dialect)))


def proven(decided: Decided, original: str, engine: Engine | None) -> Decided:
    """The accepted attack after trying to prove it harmless; without an engine only the text can speak for it."""
    if decided.verdict != "accepted":
        return decided
    answer = engine.bounded(decided.sql) if engine is not None else None
    if decided.category == "resource":
        if answer is None or answer.exceeded:
            return replace(decided, note=answer.exceeded if answer else "engine not installed")
        return replace(decided, verdict="bounded", note=answer.error)
    granted = answer is None or not answer.error
    if granted and star_rewritten(original, decided.sql, decided.dialect):
        return replace(decided, verdict="rewritten", note="ran on the listed columns" if answer else "by its text")
    return decided


def percentile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return round(ordered[min(len(ordered) - 1, int(len(ordered) * share))], 3) if ordered else 0.0


def show(results: list[Decided], console: Console) -> None:
    counted: dict[tuple[str, str], Counter[str]] = defaultdict(Counter)
    for decided in results:
        counted[decided.dialect, decided.category].update([decided.verdict, f"rows {decided.rows}"])
    table = Table("dialect", "category", "cases", "rejected", "accepted", "rewritten", "bounded", "rows", box=None)
    for (dialect, category), counts in sorted(counted.items()):
        total = sum(counts[verdict] for verdict in ("rejected", "accepted", "rewritten", "bounded"))
        rows = ""
        if category == "benign":
            ran = f"{counts['rows same']} same, {counts['rows changed']} changed, {counts['rows error']} error"
            rows = f"not run: {dialect} is not installed" if counts["rows not run"] == total else ran
        cells = (str(counts[verdict]) for verdict in ("rejected", "accepted", "rewritten", "bounded"))
        table.add_row(dialect, category, str(total), *cells, rows)
    console.print(table)
    for decided in results:
        wrong = decided.verdict == ("accepted" if decided.kind == "attack" else "rejected")
        if wrong or decided.rows in {"changed", "error"}:
            console.print(
                f"{decided.id}: {decided.verdict} {', '.join(decided.rules)} rows {decided.rows} {decided.note}"
            )


def figures(results: list[Decided]) -> dict[str, Any]:
    attacks = [decided for decided in results if decided.kind == "attack"]
    benign = [decided for decided in results if decided.kind == "benign"]
    times = [decided.ms for decided in results]
    return {
        "attacks": len(attacks),
        "attacks_accepted": _count(attacks, "accepted"),
        "attacks_rewritten": _count(attacks, "rewritten"),
        "attacks_bounded": _count(attacks, "bounded"),
        "benign": len(benign),
        "benign_refused": _count(benign, "rejected"),
        "benign_changed": sum(decided.rows == "changed" for decided in benign),
        "benign_compared": sum(decided.rows in {"same", "changed"} for decided in benign),
        "benign_failing_in_both": sum(decided.rows == "error" for decided in benign),
        "p50_ms": percentile(times, 0.5),
        "p99_ms": percentile(times, 0.99),
        "dialects": {
            dialect: {
                "attacks": sum(decided.dialect == dialect for decided in attacks),
                "attacks_accepted": _count([one for one in attacks if one.dialect == dialect], "accepted"),
                "benign": sum(decided.dialect == dialect for decided in benign),
                "benign_refused": _count([one for one in benign if one.dialect == dialect], "rejected"),
                "benign_same": sum(one.dialect == dialect and one.rows == "same" for one in benign),
            }
            for dialect in DIALECTS
        },
    }


def _count(results: list[Decided], verdict: str) -> int:
    return sum(decided.verdict == verdict for decided in results)


def run(data: Path) -> list[Decided]:
    """Every case of both corpora in `data`, decided, and run where an engine is at hand."""
    schemas = {dialect: visible_schema(dialect) for dialect in DIALECTS}
    results: list[Decided] = []
    with engines() as available:
        for kind, name in zip(("attack", "benign"), CORPORA, strict=True):
            for case in json_lines(data / name):
                dialect = cast(Dialect, case["dialect"])
                decided = decide(case, kind=kind, schema=schemas[dialect])
                judge = proven if kind == "attack" else compared
                results.append(judge(decided, case["sql"], available.get(dialect)))
    return results


def main() -> None:
    given = options(
        default="security",
        needs=CORPORA,
        description="Run the security corpora through the guard.",
        flags={"ablation": "What each rule alone stops."},
    )
    if given.flags:
        show_shares(shares(given.data), Console(width=140))
        return
    results = run(given.data)
    write_cases(given.out, map(asdict, results))
    show(results, Console(width=140))
    print(json.dumps(figures(results)))


if __name__ == "__main__":
    main()
