"""The dialects that are spoken: a new one is a module beside this and its name in this list."""

from nl2sql.dialects.duckdb import DUCKDB
from nl2sql.dialects.facts import DialectFacts
from nl2sql.dialects.mysql import MYSQL
from nl2sql.dialects.postgres import POSTGRES
from nl2sql.dialects.sqlite import SQLITE
from schema_index.schema import Dialect

DIALECTS: dict[Dialect, DialectFacts] = {facts.dialect: facts for facts in (POSTGRES, MYSQL, SQLITE, DUCKDB)}


def facts_of(dialect: Dialect) -> DialectFacts:
    return DIALECTS[dialect]
