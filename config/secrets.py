"""Secrets nobody set are generated once and kept in `QUERENT_HOME`, readable by its owner alone."""

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet


def _kept(path: Path, fresh: str) -> str:
    """The content of `path`, or `fresh` written there. Two processes racing both read the winner's value."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        file.write(fresh)
    return fresh


def kept_secret_key(home: Path) -> str:
    return _kept(home / "secret_key", secrets.token_urlsafe(48))


def kept_credential_key(home: Path) -> str:
    return _kept(home / "credential_key", Fernet.generate_key().decode())


def derived_password(secret_key: str, purpose: str) -> str:
    """A password that need not be stored: HMAC-SHA-256 of its purpose under the secret key (RFC 5869's idea)."""
    return hmac.new(secret_key.encode(), purpose.encode(), hashlib.sha256).hexdigest()
