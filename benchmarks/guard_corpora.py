"""The security corpora as they lie on disk, their policy, and when a rewritten star is harmless."""

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from benchmarks import SHARED
from schema_index.schema import Dialect

DEFAULT_DATA = SHARED / "security"
DIALECTS: tuple[Dialect, ...] = ("postgres", "mysql", "sqlite", "duckdb")
CORPORA = ("attacks.jsonl", "benign.jsonl")
BLOCKED = frozenset({"email", "secrets", "token"})


def allowed(table: str, column: str | None = None) -> bool:
    return table not in BLOCKED and column not in BLOCKED


def star_rewritten(original: str, rewritten: str, dialect: Dialect) -> bool:
    """Whether the original asked for a star and the text that runs names listed columns only, read by stock sqlglot."""
    try:
        before, after = (sqlglot.parse_one(text, read=dialect) for text in (original, rewritten))
    except SqlglotError:
        return False
    starred = any(not isinstance(star.parent, exp.Count) for star in before.find_all(exp.Star))
    left = any(not isinstance(star.parent, exp.Count | exp.Anonymous) for star in after.find_all(exp.Star))
    names = {part.name.lower() for part in after.find_all(exp.Identifier)}
    tables = {table.name for table in after.find_all(exp.Table) if table.args.get("db")}
    return starred and not left and not names & BLOCKED and all(allowed(table) for table in tables)


def unlimited(sql: str, dialect: Dialect) -> str:
    """`sql` without its outermost LIMIT, printed by stock sqlglot."""
    tree = sqlglot.parse_one(sql, read=dialect)
    tree.set("limit", None)
    return tree.sql(dialect=dialect)
