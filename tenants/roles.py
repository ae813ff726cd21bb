"""What each role may do, and what an API key's scopes leave of it."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    ANALYST = "analyst"
    VIEWER = "viewer"


class Permission(StrEnum):
    """Also the scopes of API keys."""

    ASK = "ask"
    READ_SCHEMA = "schema:read"
    SYNC_SCHEMA = "schema:sync"
    MANAGE_KNOWLEDGE = "knowledge:write"
    MANAGE_SOURCES = "sources:write"
    MANAGE_MODEL = "model:write"
    MANAGE_KEYS = "keys:write"
    READ_USAGE = "usage:read"
    READ_AUDIT = "audit:read"
    READ_MEMBERS = "members:read"
    MANAGE_MEMBERS = "members:write"
    EMBED = "embed"


_VIEWER = frozenset({Permission.ASK})
_ANALYST = _VIEWER | {Permission.READ_SCHEMA}
_ADMIN = _ANALYST | {
    Permission.SYNC_SCHEMA,
    Permission.MANAGE_KNOWLEDGE,
    Permission.MANAGE_SOURCES,
    Permission.MANAGE_MODEL,
    Permission.MANAGE_KEYS,
    Permission.READ_USAGE,
    Permission.READ_AUDIT,
    Permission.READ_MEMBERS,
    Permission.EMBED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleFacts:
    """`summary` is what people read of it where they give it to somebody; `uses_admin` opens the administration."""

    permissions: frozenset[Permission]
    summary: str
    uses_admin: bool = False


ROLES = {
    Role.VIEWER: RoleFacts(permissions=_VIEWER, summary="asks questions"),
    Role.ANALYST: RoleFacts(permissions=_ANALYST, summary="asks, and reads the catalogue"),
    Role.ADMIN: RoleFacts(
        permissions=_ADMIN,
        summary="also connects sources, writes knowledge and policies, makes keys",
        uses_admin=True,
    ),
    Role.OWNER: RoleFacts(
        permissions=_ADMIN | {Permission.MANAGE_MEMBERS}, summary="everything, members too", uses_admin=True
    ),
}
"""Each may do what those before it may, and more."""

RANK = tuple(ROLES)
PERMISSIONS = {role: facts.permissions for role, facts in ROLES.items()}
CHOICES = [(role.value, role.value.title()) for role in Role]
