"""Mutate every attack without changing what it means, and count the mutants that the guard lets through.

    .venv/bin/python -m benchmarks.guard_fuzz [--data FOLDER] [--seconds N] [--seed N] [--out FILE]

Mutations: case of words, blanks, comments, quoting of names, parentheses, and wrapping as a derived table, CTE,
subquery or arm of a set operation. Only attacks that the guard rejects as they stand are mutated: the others are proven
harmless by `benchmarks.guard`. Every fourth turn mutates an honest statement instead and binds it to row rules and a
mask: each stored table of the text that would run must stand under its rule. The last line is one JSON object.
"""

import json
import random
import time
from pathlib import Path
from typing import Any, cast

import sqlglot
from sqlglot import exp

from benchmarks.guard_corpora import CORPORA, DIALECTS
from benchmarks.guard_fixture import ROW_LIMIT, visible_schema
from benchmarks.guard_mutants import mutant
from benchmarks.harness import json_lines, options, write_cases
from nl2sql.validation.judge import judge
from nl2sql.validation.validate import validate
from nl2sql.validation.verdict import Accepted
from schema_index.access.policy import Access
from schema_index.schema import DatabaseSchema, Dialect


def rejected_attacks(data: Path, schemas: dict[Dialect, DatabaseSchema]) -> list[dict[str, Any]]:
    return [
        case
        for case in json_lines(data / CORPORA[0])
        if not isinstance(validate(case["sql"], schema=schemas[case["dialect"]], row_limit=ROW_LIMIT), Accepted)
    ]


RULE_MARK = 987_654_321


def policy(schema: DatabaseSchema) -> Access:
    """A rule for every table, and a masked column."""
    rules = {table.qualified_name: f"id <> {RULE_MARK}" for table in schema.tables}
    masked = f"{schema.default_schema}.customers.name"
    return Access(visible=schema, whole=schema, row_rules=rules, limited={masked: "masked"})


def is_policed(sql: str, dialect: Dialect) -> bool:
    """Read by stock sqlglot: each stored table in a SELECT of its own under its rule, the masked column nowhere."""
    for table in sqlglot.parse_one(sql, read=dialect).find_all(exp.Table):
        if not table.db:
            continue
        select = table.parent_select
        where = select.args.get("where") if select is not None else None
        marks = where.find_all(exp.Literal) if where is not None else ()
        if select is None or select.args.get("joins") or all(mark.this != str(RULE_MARK) for mark in marks):
            return False
        names = {column.name for column in select.find_all(exp.Column)}
        if table.name == "customers" and "name" in names:
            return False
    return True


def main() -> None:
    given = options(
        default="security",
        needs=CORPORA,
        description="Mutate the attacks and count the mutants that pass.",
        numbers={"seconds": 60, "seed": 1},
    )
    schemas = {dialect: visible_schema(dialect) for dialect in DIALECTS}
    cases = rejected_attacks(given.data, schemas)
    policies = {dialect: policy(schema) for dialect, schema in schemas.items()}
    honest = json_lines(given.data / CORPORA[1])
    rng = random.Random(given.numbers["seed"])
    accepted: list[dict[str, str]] = []
    unpoliced: list[dict[str, str]] = []
    mutants = bound = 0
    stop = time.monotonic() + given.numbers["seconds"]
    while time.monotonic() < stop:
        if mutants % 4 == 3:
            case = honest[rng.randrange(len(honest))]
            dialect = cast(Dialect, case["dialect"])
            text = mutant(case["sql"], dialect=dialect, rng=rng)
            verdict = judge(text, access=policies[dialect], attributes={}, row_limit=ROW_LIMIT)
            bound += isinstance(verdict, Accepted)
            if isinstance(verdict, Accepted) and not is_policed(verdict.sql, dialect):
                unpoliced.append({"id": case["id"], "mutant": text, "sql": verdict.sql})
        case = cases[mutants % len(cases)]
        dialect = cast(Dialect, case["dialect"])
        text = mutant(case["sql"], dialect=dialect, rng=rng)
        verdict = validate(text, schema=schemas[dialect], row_limit=ROW_LIMIT)
        mutants += 1
        if isinstance(verdict, Accepted):
            accepted.append({"id": case["id"], "mutant": text, "sql": verdict.sql})
    write_cases(given.out, accepted + unpoliced)
    for one in (accepted + unpoliced)[:20]:
        print(one["id"], one["mutant"][:300], "=>", one["sql"][:300], sep="\n  ")
    figures = {
        "mutants": mutants,
        "accepted": len(accepted),
        "bound": bound,
        "unpoliced": len(unpoliced),
        "attacks": len(cases),
        "seed": given.numbers["seed"],
    }
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
