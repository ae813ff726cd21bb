"""How a MySQL or MariaDB user is made that may read and no more, and what a given one may do beyond, asked of the
server."""

from collections.abc import Iterator

from schema_index.connectors.mysql_session import Session
from schema_index.connectors.quoting import backquoted
from schema_index.connectors.reader_role import MAX_CONNECTIONS, PLACEHOLDER, granted_columns
from schema_index.schema import DatabaseSchema

_HARMLESS = ("USAGE", "SELECT", "SHOW VIEW")

_GRANTED = """
SELECT 'every database', privilege_type FROM information_schema.user_privileges
WHERE replace(grantee, '''', '') = %(user)s
UNION SELECT concat('database ', table_schema), privilege_type FROM information_schema.schema_privileges
WHERE replace(grantee, '''', '') = %(user)s
UNION SELECT concat('table ', table_schema, '.', table_name), privilege_type FROM information_schema.table_privileges
WHERE replace(grantee, '''', '') = %(user)s
ORDER BY 1, 2 LIMIT 500
"""

MAX_PLACES = 10


def mysql_rights(session: Session) -> tuple[str, ...]:
    """Each place in a few words after "the role"; empty for a user that may only read."""
    user = str(session.rows("SELECT CURRENT_USER()")[0][0])
    held: dict[str, list[str]] = {}
    for place, right in session.rows(_GRANTED, {"user": user}):
        if right not in _HARMLESS or (place == "every database" and right == "SELECT"):
            held.setdefault(str(place), []).append(str(right).lower())
    found = [f"may {_some(rights)} on {place}" for place, rights in held.items()]
    return tuple(found[:MAX_PLACES])


def _some(rights: list[str]) -> str:
    shown = ", ".join(rights[:4])
    return shown if len(rights) <= 4 else f"{shown} and {len(rights) - 4} more"


def mysql_grants(visible: DatabaseSchema, whole: DatabaseSchema, *, role: str, database: str) -> Iterator[str]:
    user = f"{_single(role)}@'%'"
    yield "-- Run as an administrator of the server. Replace % by the address that Querent connects from."
    yield (f"CREATE USER {user} IDENTIFIED BY '{PLACEHOLDER}' REQUIRE SSL WITH MAX_USER_CONNECTIONS {MAX_CONNECTIONS};")
    for table in visible.tables:
        columns = granted_columns(table, whole=whole, quote=backquoted)
        yield f"GRANT SELECT{columns} ON {backquoted(table.schema)}.{backquoted(table.name)} TO {user};"


def _single(name: str) -> str:
    return "'" + name.replace("\\", "\\\\").replace("'", "''") + "'"
