"""Secrets nobody set are generated once and kept in `QUERENT_HOME`, readable by its owner alone."""

import hashlib
import hmac
import os
import secrets
import tempfile
from pathlib import Path

from cryptography.fernet import Fernet


def _kept(path: Path, fresh: str) -> str:
    """The content of `path`, or `fresh` written there. Two processes racing both read the winner's value.

    Leaves with a sentence where the folder cannot be used: nothing works without the secrets.
    """
    try:
        if not path.exists():
            _written_whole(path, fresh)
        return path.read_text().strip()
    except OSError as error:
        raise SystemExit(
            f"Querent cannot keep its secrets in {path.parent} ({error.strerror}): "
            "set QUERENT_HOME to a folder that it may write."
        ) from None


def _written_whole(path: Path, text: str) -> None:
    """Gives the file its name only when it is complete, so that nobody reads half of it; a file already there stays."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # readable by its owner alone
    draft = Path(name)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
        path.hardlink_to(draft)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def kept_secret_key(home: Path) -> str:
    return _kept(home / "secret_key", secrets.token_urlsafe(48))


def kept_credential_key(home: Path) -> str:
    return _kept(home / "credential_key", Fernet.generate_key().decode())


def derived_password(secret_key: str, purpose: str) -> str:
    """A password that need not be stored: HMAC-SHA-256 of its purpose under the secret key (RFC 5869's idea)."""
    return hmac.new(secret_key.encode(), purpose.encode(), hashlib.sha256).hexdigest()
