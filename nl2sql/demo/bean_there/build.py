"""Bean There's database: created, loaded, indexed and commented in one transaction, and recognised afterwards."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import psycopg
from psycopg import sql

from nl2sql.demo.bean_there.generate import ORDERS, generate
from nl2sql.demo.bean_there.table_data import TableData
from nl2sql.demo.code_digest import code_digest
from tenants.domain_error import DomainError

SCHEMAS = ("sales", "operations")
MARK = "Bean There demo data"
"""Begins the comment on schema `sales`, which ends in the fingerprint of the build."""

_HERE = Path(__file__).parent


class ForeignSchema(DomainError):
    """The database holds schemas of these names that are not ours: choose another database for the demo."""

    code = "demo_database_in_use"


def build(
    connection: psycopg.Connection, *, until: date, progress: Callable[[str], None], orders: int = ORDERS
) -> None:
    """Create and fill schemas `sales` and `operations`, replacing an earlier build of ours.

    One transaction: after an error, or when killed, the database is as it was. Replacing takes the grants along, so
    call `grant_read` again. Raises ForeignSchema when the schemas exist and are not ours.
    """
    progress("Bean There: drawing 24 months of orders")
    tables = generate(until=until, orders=orders)
    with connection.transaction():
        _drop_earlier(connection)
        _run(connection, file="tables.sql")
        connection.execute("SET LOCAL TIME ZONE 'UTC'")  # moments are loaded without one
        for table in tables:
            progress(f"Bean There: loading {table.row_count:,} rows into {table.name}")
            _load(connection, table=table)
        progress("Bean There: checking keys, building indexes")
        for file in ("keys.sql", "views.sql", "comments.sql"):
            _run(connection, file=file)
        for table in tables:
            connection.execute(sql.SQL("ANALYZE {}").format(_identifier(table.name)))
        mark = f"{MARK} {_fingerprint(until=until, orders=orders)}"
        connection.execute(sql.SQL("COMMENT ON SCHEMA sales IS {}").format(sql.Literal(mark)))


def is_current(connection: psycopg.Connection, *, until: date, orders: int = ORDERS) -> bool:
    """Whether the database holds what `build` would make now: same code, same `until`, same size."""
    return _mark(connection) == f"{MARK} {_fingerprint(until=until, orders=orders)}"


def grant_read(connection: psycopg.Connection, *, role: str) -> None:
    """Let `role` look at the two schemas and select from their tables and views, and nothing else."""
    for schema in SCHEMAS:
        names = {"schema": sql.Identifier(schema), "role": sql.Identifier(role)}
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {schema} TO {role}").format(**names))
        connection.execute(sql.SQL("GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO {role}").format(**names))


def _drop_earlier(connection: psycopg.Connection) -> None:
    found = connection.execute("SELECT 1 FROM pg_namespace WHERE nspname = ANY(%s)", [list(SCHEMAS)]).fetchone()
    if found is None:
        return
    if not (_mark(connection) or "").startswith(MARK):
        raise ForeignSchema(
            "The database for the demo already has a schema named sales or operations that the demo did not create. "
            "Point the demo at an empty database."
        )
    connection.execute("DROP SCHEMA sales, operations CASCADE")


def _mark(connection: psycopg.Connection) -> str | None:
    row = connection.execute(
        "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = 'sales'"
    ).fetchone()
    return row[0] if row else None


def _run(connection: psycopg.Connection, *, file: str) -> None:
    connection.execute((_HERE / file).read_bytes())


def _load(connection: psycopg.Connection, *, table: TableData) -> None:
    columns = sql.SQL(", ").join(map(sql.Identifier, table.columns))
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(_identifier(table.name), columns)
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        for row in table.rows():
            copy.write_row(row)


def _identifier(qualified_name: str) -> sql.Identifier:
    return sql.Identifier(*qualified_name.split("."))


def _fingerprint(*, until: date, orders: int) -> str:
    return code_digest(_HERE, until, orders).hex()
