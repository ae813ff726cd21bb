"""How often a verified query answers a question that is not its own, and how often a paraphrase that is.

Every gold question is verified with its statement; then near misses and paraphrases made from it by rule are asked.
No database is needed: a text parameter is offered every value that the set's own statements name.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any
from uuid import UUID

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from benchmarks.harness import json_lines, options, progress, spread, write_cases
from benchmarks.near_misses import near_misses, paraphrases
from nl2sql.reuse.reuse import Verified, reuse
from schema_index.retrieval.types import StoredValue

SETS = ("spider_pg", "sql_eval")


def main() -> None:
    given = options(
        default="eval",
        needs=[f"{name}/questions.jsonl" for name in SETS],
        description="False and true reuse of verified queries.",
    )
    cases: list[dict[str, Any]] = []
    for name in SETS:
        rows = [row for row in json_lines(given.data / name / "questions.jsonl") if row.get("gold_sql")]
        values = _values(rows)
        known = {row["id"]: _verified(number, row) for number, row in enumerate(rows, start=1)}
        of_database = _by_database(rows, known)
        for row in spread(rows, given.limit):
            cases += _cases(row, own=known[row["id"]], known=of_database[row["db"]], values=values[row["db"]])
        progress(f"  {name}: {len(rows)} verified questions")
    write_cases(given.out, cases)
    print(json.dumps(_figures(cases)))


def _cases(
    row: Mapping[str, Any], *, own: Verified, known: list[Verified], values: tuple[StoredValue, ...]
) -> Iterator[dict[str, Any]]:
    """Asked twice: with its own query alone, as after a first thumb up, and with all of its database."""
    texts = sorted({value.text for value in values if re.fullmatch(r"[^\W\d]{3,}(?: [^\W\d]+)*", value.text)})
    others = texts[own.id.int % len(texts) :][:2] if texts else []
    misses = near_misses(row["question"], sql=own.sql, others=others)
    asked = [("near_miss", one.kind, one.question, one.sql) for one in misses]
    asked += [("paraphrase", kind, question, own.sql) for kind, question in paraphrases(row["question"])]
    for group, kind, question, sql in asked:
        if any(_plain(question) == _plain(other.question) for other in known):
            # Another question of the set says just this: it has a gold of its own.
            continue
        named = tuple(value for value in values if re.search(rf"(?<!\w){re.escape(value.text)}(?!\w)", question))
        for scope, offered in (("alone", [own]), ("all", known)):
            found = reuse(question, known=offered, values=named)
            outcome = "none" if found is None else "right" if sql and _same(found.sql, sql) else "wrong"
            yield {
                "group": group,
                "kind": kind,
                "scope": scope,
                "id": row["id"],
                "verified": own.question,
                "asked": question,
                "expected": sql,
                "reused": found.sql if found else "",
                "outcome": outcome,
            }


def _figures(cases: list[dict[str, Any]]) -> dict[str, Any]:
    counts: Counter[tuple[str, str, str, str]] = Counter(
        (case["group"], case["scope"], case["kind"], case["outcome"]) for case in cases
    )
    kinds = sorted({(case["group"], case["kind"]) for case in cases})
    print(f"{'':12}{'kind':20}{'asked':>8}{'none':>8}{'right':>8}{'wrong':>8}   (its own query alone)")
    for group, kind in kinds:
        none, right, wrong = (counts[group, "alone", kind, outcome] for outcome in ("none", "right", "wrong"))
        print(f"{group:12}{kind:20}{none + right + wrong:8}{none:8}{right:8}{wrong:8}")
    figures: dict[str, Any] = {}
    for scope, ending in (("alone", ""), ("all", "_all")):
        of_scope = [case for case in cases if case["scope"] == scope]
        misses = [case for case in of_scope if case["group"] == "near_miss"]
        same = [case for case in of_scope if case["group"] == "paraphrase"]
        figures[f"false_reuse{ending}"] = _share(misses, "wrong")
        figures[f"true_reuse{ending}"] = _share(same, "right")
        figures[f"paraphrases_wrong{ending}"] = _share(same, "wrong")
    own = [case for case in cases if case["scope"] == "alone"]
    figures["near_misses"] = sum(case["group"] == "near_miss" for case in own)
    figures["near_misses_by_parameter"] = sum(
        case["group"] == "near_miss" and case["outcome"] == "right" for case in own
    )
    figures["paraphrases"] = sum(case["group"] == "paraphrase" for case in own)
    return figures


def _share(cases: list[dict[str, Any]], outcome: str) -> float | None:
    return round(sum(case["outcome"] == outcome for case in cases) / len(cases), 4) if cases else None


def _same(one: str, other: str) -> bool:
    return _printed(one) == _printed(other)


def _printed(sql: str) -> str:
    return sqlglot.parse_one(sql, dialect="postgres").sql(dialect="postgres")


def _plain(question: str) -> str:
    return " ".join(re.findall(r"\w+", question.casefold()))


def _verified(number: int, row: Mapping[str, Any]) -> Verified:
    return Verified(
        id=UUID(int=number), question=row["question"], sql=row["gold_sql"][0], dialect="postgres", by="gold", at=""
    )


def _by_database(rows: list[dict[str, Any]], known: Mapping[str, Verified]) -> dict[str, list[Verified]]:
    found: dict[str, list[Verified]] = defaultdict(list)
    for row in rows:
        found[row["db"]].append(known[row["id"]])
    return found


def _values(rows: list[dict[str, Any]]) -> dict[str, tuple[StoredValue, ...]]:
    """Every text of a database's gold statements as a value of every column compared with a text in them: more values
    than the data holds, so that parameters are tried harder than in use."""
    columns: dict[str, set[tuple[str, str]]] = defaultdict(set)
    texts: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        try:
            tree = sqlglot.parse_one(row["gold_sql"][0], dialect="postgres")
        except SqlglotError:
            continue
        tables = [table.name for table in tree.find_all(exp.Table)]
        for literal in tree.find_all(exp.Literal):
            if literal.is_string and isinstance(literal.parent, (exp.EQ, exp.NEQ)):
                column = literal.parent.find(exp.Column)
                texts[row["db"]].add(str(literal.this))
                columns[row["db"]] |= {(table, column.name) for table in tables} if column else set()
    return defaultdict(
        tuple,
        {
            db: tuple(
                StoredValue(schema="public", table=table, column=column, text=text)
                for table, column in sorted(columns[db])
                for text in sorted(texts[db])
            )
            for db in texts
        },
    )


if __name__ == "__main__":
    main()
