"""What every benchmark shares: arguments, a prepared database, cases as JSON lines, figures as the last line."""

import argparse
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks import SHARED


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    data: Path
    out: Path | None
    limit: int | None
    flags: frozenset[str] = frozenset()
    numbers: Mapping[str, int] = field(default_factory=dict)
    only: str | None = None


def options(
    *,
    default: str,
    needs: Iterable[str],
    description: str,
    flags: Mapping[str, str] | None = None,
    numbers: Mapping[str, int] | None = None,
    only: Sequence[str] = (),
) -> Options:
    """Reads `--data`, `--out`, `--limit`, the benchmark's own `flags` (name → help) and `numbers` (name → default) and,
    where it has parts, which of them `--only` names; ends with a sentence where the data folder lacks what it needs."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--data", type=Path, default=SHARED / default, help=f"Folder; by default shared {default}.")
    parser.add_argument("--out", type=Path, help="Write a JSON line a case here.")
    parser.add_argument("--limit", type=int, help="Only so many questions, evenly spread.")
    for name, text in (flags or {}).items():
        parser.add_argument(f"--{name}", action="store_true", help=text)
    for name, number in (numbers or {}).items():
        parser.add_argument(f"--{name}", type=int, default=number)
    if only:
        parser.add_argument("--only", choices=only, help="Measure this part alone.")
    given = parser.parse_args()
    missing = [name for name in needs if not (given.data / name).exists()]
    if missing:
        sys.exit(f"There is no {', '.join(missing)} in {given.data}: give the folder with --data (make: DATA=folder).")
    return Options(
        data=given.data,
        out=given.out,
        limit=given.limit,
        flags=frozenset(name for name in flags or {} if getattr(given, name)),
        numbers={name: getattr(given, name) for name in numbers or {}},
        only=given.only if only else None,
    )


def prepared() -> None:
    """Django on the benchmark's own database, migrated."""
    import django  # noqa: PLC0415  the package's environment must be set first

    from config.startup import ensure_database_server  # noqa: PLC0415

    ensure_database_server()
    django.setup()

    from config.bootstrap import prepare_database  # noqa: PLC0415

    prepare_database()


def json_lines(path: Path) -> list[dict[str, Any]]:
    # Not by `splitlines`: an attack may hold any other line separator.
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]


def spread(rows: list[dict[str, Any]], limit: int | None) -> list[dict[str, Any]]:
    """`limit` rows at even distances, or all of them."""
    if limit is None or limit >= len(rows):
        return rows
    return [rows[index * len(rows) // limit] for index in range(limit)]


def write_cases(path: Path | None, cases: Iterable[dict[str, Any]]) -> None:
    if path is not None:
        path.write_text("".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases), encoding="utf-8")


def progress(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
