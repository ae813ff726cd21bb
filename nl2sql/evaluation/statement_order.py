"""Whether a statement says in which order its rows come. Pure."""

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from schema_index.schema import Dialect


def is_ordered(sql: str, *, dialect: Dialect) -> bool:
    """Only an ORDER BY of the outermost query counts; those of windows, aggregates and subqueries order no rows."""
    try:
        tree = sqlglot.parse_one(sql, dialect=dialect)
    except (SqlglotError, RecursionError):
        return False
    while isinstance(tree, exp.Subquery):
        if tree.args.get("order") is not None:
            return True
        tree = tree.this
    return tree.args.get("order") is not None
