"""Mutate every attack without changing what it means, and count the mutants that the guard lets through.

    .venv/bin/python -m benchmarks.guard_fuzz [--data FOLDER] [--seconds N] [--seed N] [--out FILE]

Mutations: case of words, blanks, comments, quoting of names, parentheses, and wrapping as a derived table, CTE,
subquery or arm of a set operation. Only attacks that the guard rejects as they stand are mutated: the others are proven
harmless by `benchmarks.guard`. The last line is one JSON object.
"""

import argparse
import json
import random
import sys
import time
from pathlib import Path
from typing import Any, cast

from benchmarks.guard_corpora import DEFAULT_DATA, DIALECTS, read
from benchmarks.guard_fixture import ROW_LIMIT, visible_schema
from benchmarks.guard_mutants import mutant
from nl2sql.validation.validate import validate
from nl2sql.validation.verdict import Accepted
from schema_index.schema import DatabaseSchema, Dialect


def rejected_attacks(data: Path, schemas: dict[Dialect, DatabaseSchema]) -> list[dict[str, Any]]:
    return [
        case
        for case in read(data / "attacks.jsonl")
        if not isinstance(validate(case["sql"], schema=schemas[case["dialect"]], row_limit=ROW_LIMIT), Accepted)
    ]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Mutate the attacks and count the mutants that pass.")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder with attacks.jsonl")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="write a JSON line for each accepted mutant")
    options = parser.parse_args(arguments)
    if not (options.data / "attacks.jsonl").is_file():
        print(f"The data folder {options.data} has no attacks.jsonl: give one with --data.", file=sys.stderr)
        return 1
    schemas = {dialect: visible_schema(dialect) for dialect in DIALECTS}
    cases = rejected_attacks(options.data, schemas)
    rng = random.Random(options.seed)
    accepted: list[dict[str, str]] = []
    mutants = 0
    stop = time.monotonic() + options.seconds
    while time.monotonic() < stop:
        case = cases[mutants % len(cases)]
        dialect = cast(Dialect, case["dialect"])
        text = mutant(case["sql"], dialect=dialect, rng=rng)
        verdict = validate(text, schema=schemas[dialect], row_limit=ROW_LIMIT)
        mutants += 1
        if isinstance(verdict, Accepted):
            accepted.append({"id": case["id"], "mutant": text, "sql": verdict.sql})
    if options.out:
        options.out.write_text("".join(json.dumps(one) + "\n" for one in accepted), encoding="utf-8")
    for one in accepted[:20]:
        print(one["id"], one["mutant"][:300], "=>", one["sql"][:300], sep="\n  ")
    print(json.dumps({"mutants": mutants, "accepted": len(accepted), "attacks": len(cases), "seed": options.seed}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
