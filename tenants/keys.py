"""The form of an API key: `qk_<prefix>_<secret>`. The prefix finds the row, the secret proves it. Pure."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass

PREFIX_BYTES = 6
SECRET_BYTES = 32
"""256 bits: too many to guess, so a plain SHA-256 protects it as well as a slow hash would (OWASP, API keys)."""

MAX_KEY_LENGTH = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyParts:
    prefix: str
    secret: str

    def __repr__(self) -> str:
        return f"KeyParts(prefix={self.prefix!r})"


def new_key() -> KeyParts:
    return KeyParts(prefix=secrets.token_hex(PREFIX_BYTES), secret=secrets.token_urlsafe(SECRET_BYTES))


def render_key(parts: KeyParts) -> str:
    return f"qk_{parts.prefix}_{parts.secret}"


def parse_key(text: str) -> KeyParts | None:
    """The parts of a well-formed key, or None."""
    marker, _, rest = text.partition("_")
    prefix, _, secret = rest.partition("_")
    if len(text) > MAX_KEY_LENGTH or marker != "qk" or not secret or not prefix.isalnum():
        return None
    return KeyParts(prefix=prefix, secret=secret)


def digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def matches(secret: str, *, stored_digest: str) -> bool:
    """Constant time."""
    return hmac.compare_digest(digest(secret), stored_digest)
