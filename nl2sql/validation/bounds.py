"""placeholder"""

from sqlglot import exp
from nl2sql.validation.verdict import Violation
from schema_index.schema import Dialect


def bounds(tree: exp.Query, *, dialect: Dialect) -> tuple[Violation, ...]:
    return ()
