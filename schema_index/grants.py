"""The SQL that makes a least-privilege reader of a target database. Pure: text for an administrator to read and run.

The guard decides alone what runs; this role is what still holds should the guard be wrong. It reads what the source
shows and nothing else, by column where a table hides some.
"""

from collections.abc import Callable, Iterator

from schema_index.schema import DatabaseSchema, Table

PLACEHOLDER = "choose one"
MAX_CONNECTIONS = 20
"""More questions at once than one installation asks of one database; fewer than most servers allow in all."""

STATEMENT_TIMEOUT = "60s"
TEMP_FILES = "2GB"


def grants(visible: DatabaseSchema, *, whole: DatabaseSchema, role: str, database: str) -> str:
    """Statements that create `role` and let it read `visible`, of all that is in `whole`."""
    match visible.dialect:
        case "postgres":
            lines = _postgres(visible, whole, role=_double(role), database=_double(database))
        case "mysql":
            lines = _mysql(visible, whole, role=role)
        case _:
            lines = _file(visible.dialect)
    return "\n".join(lines) + "\n"


def _postgres(visible: DatabaseSchema, whole: DatabaseSchema, *, role: str, database: str) -> Iterator[str]:
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
        yield f"GRANT USAGE ON SCHEMA {_double(schema)} TO {role};"
    for table in visible.tables:
        columns = _columns(table, whole, quote=_double)
        yield f"GRANT SELECT{columns} ON {_double(table.schema)}.{_double(table.name)} TO {role};"


def _mysql(visible: DatabaseSchema, whole: DatabaseSchema, *, role: str) -> Iterator[str]:
    user = f"{_single(role)}@'%'"
    yield "-- Run as an administrator of the server. Replace % by the address that Querent connects from."
    yield (f"CREATE USER {user} IDENTIFIED BY '{PLACEHOLDER}' REQUIRE SSL WITH MAX_USER_CONNECTIONS {MAX_CONNECTIONS};")
    for table in visible.tables:
        columns = _columns(table, whole, quote=_back)
        yield f"GRANT SELECT{columns} ON {_back(table.schema)}.{_back(table.name)} TO {user};"


def _file(dialect: str) -> Iterator[str]:
    yield f"-- A {dialect} file knows no roles: let the user that Querent runs as read the file, and not write it."
    yield "-- chown root:querent FILE && chmod 0440 FILE"


def _columns(table: Table, whole: DatabaseSchema, *, quote: Callable[[str], str]) -> str:
    """The list of columns of a table that hides some; empty where the whole table may be read."""
    stored = whole.by_name[table.schema, table.name]
    if len(stored.columns) == len(table.columns):
        return ""
    return " (" + ", ".join(quote(column.name) for column in table.columns) + ")"


def _double(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _back(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _single(name: str) -> str:
    return "'" + name.replace("\\", "\\\\").replace("'", "''") + "'"
