"""How a PostgreSQL role is made that may read and no more, and what a given one may do beyond, asked of the server."""

from collections.abc import Iterator

from schema_index.connectors.postgres_session import Session
from schema_index.connectors.quoting import quoted
from schema_index.connectors.reader_role import MAX_CONNECTIONS, PLACEHOLDER, granted_columns
from schema_index.schema import DatabaseSchema

STATEMENT_TIMEOUT = "60s"
TEMP_FILES = "2GB"

_ATTRIBUTES = """
SELECT r.rolsuper, r.rolcreaterole, r.rolcreatedb, r.rolreplication, r.rolbypassrls,
       has_database_privilege(current_database(), 'TEMP'), has_database_privilege(current_database(), 'CREATE')
FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
"""
_ATTRIBUTE_WORDS = (
    "is a superuser, whom no right binds",
    "may create roles",
    "may create databases",
    "may stream the whole server's data",
    "ignores row-level security",
    "may create temporary tables",
    "may create schemas",
)

_MEMBERSHIPS = """
SELECT rolname FROM pg_catalog.pg_roles
WHERE rolname IN ('pg_read_server_files', 'pg_write_server_files', 'pg_execute_server_program', 'pg_write_all_data',
                  'pg_signal_backend', 'pg_maintain', 'pg_checkpoint', 'pg_database_owner')
  AND pg_has_role(current_user, oid, 'MEMBER')
ORDER BY rolname
"""

_TABLES = """
SELECT count(*) FILTER (WHERE has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE')),
       count(*) FILTER (WHERE pg_has_role(current_user, c.relowner, 'MEMBER'))
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
"""

_SCHEMAS = """
SELECT nspname FROM pg_catalog.pg_namespace
WHERE nspname <> 'information_schema' AND nspname NOT LIKE 'pg\\_%' AND has_schema_privilege(oid, 'CREATE')
ORDER BY nspname LIMIT 3
"""

_DEFINERS = """
SELECT count(*) FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE p.prosecdef AND n.nspname <> 'information_schema' AND n.nspname NOT LIKE 'pg\\_%'
  AND has_function_privilege(p.oid, 'EXECUTE') AND has_schema_privilege(n.oid, 'USAGE')
"""


def postgres_rights(session: Session) -> tuple[str, ...]:
    """Each thing in a few words after "the role"; empty for a role that may only read."""
    connection = session.connection
    attributes = connection.execute(_ATTRIBUTES).fetchone() or ()
    found = [words for held, words in zip(attributes, _ATTRIBUTE_WORDS, strict=False) if held]
    if attributes and attributes[0]:
        return tuple(found[:1])
    found += [f"is a member of {name}" for (name,) in connection.execute(_MEMBERSHIPS)]
    writable, owned = connection.execute(_TABLES).fetchone() or (0, 0)
    if writable:
        found.append(f"may write to {writable} tables")
    if owned:
        found.append(f"owns {owned} tables, or may act as their owner")
    schemas = [name for (name,) in connection.execute(_SCHEMAS)]
    if schemas:
        found.append(f"may create tables in {', '.join(schemas)}")
    ((definers,),) = connection.execute(_DEFINERS).fetchall()
    if definers:
        found.append(f"may call {definers} functions that run with their owner's rights")
    return tuple(found)


def postgres_grants(visible: DatabaseSchema, whole: DatabaseSchema, *, role: str, database: str) -> Iterator[str]:
    role, database = quoted(role), quoted(database)
    yield "-- Run as an administrator of the database. Nothing here lets the role write."
    yield (
        f"CREATE ROLE {role} LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS NOINHERIT"
        f" CONNECTION LIMIT {MAX_CONNECTIONS} PASSWORD '{PLACEHOLDER}';"
    )
    yield f"ALTER ROLE {role} SET default_transaction_read_only = on;"
    yield f"ALTER ROLE {role} SET statement_timeout = '{STATEMENT_TIMEOUT}';"
    yield f"ALTER ROLE {role} SET idle_in_transaction_session_timeout = '{STATEMENT_TIMEOUT}';"
    yield "-- Only a superuser may set this one; it bounds the disk that sorts and hashes take."
    yield f"ALTER ROLE {role} SET temp_file_limit = '{TEMP_FILES}';"
    yield f"GRANT CONNECT ON DATABASE {database} TO {role};"
    yield "-- Everybody may create temporary tables unless this is taken back; other roles lose it too."
    yield f"REVOKE TEMPORARY ON DATABASE {database} FROM PUBLIC;"
    for schema in sorted({table.schema for table in visible.tables}):
        yield f"GRANT USAGE ON SCHEMA {quoted(schema)} TO {role};"
    for table in visible.tables:
        columns = granted_columns(table, whole=whole, quote=quoted)
        yield f"GRANT SELECT{columns} ON {quoted(table.schema)}.{quoted(table.name)} TO {role};"
