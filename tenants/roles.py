"""What each role may do, and what an API key's scopes leave of it."""

from enum import StrEnum


class Role(StrEnum):
    OWNER = "owner"
    ADMIN = "admin"
    ANALYST = "analyst"
    VIEWER = "viewer"


RANK = (Role.VIEWER, Role.ANALYST, Role.ADMIN, Role.OWNER)
"""Each may do what those before it may, and more."""


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

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.VIEWER: _VIEWER,
    Role.ANALYST: _ANALYST,
    Role.ADMIN: _ADMIN,
    Role.OWNER: _ADMIN | {Permission.MANAGE_MEMBERS},
}
