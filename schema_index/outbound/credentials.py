"""Encrypts what opens a tenant's database. Fernet has no associated data, so the owner is part of the payload."""

import json
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from tenants.domain_error import DomainError


class CredentialUnreadable(DomainError):
    """A stored credential cannot be opened: its key is gone from CREDENTIAL_KEYS, or it belongs to another source.

    Put the old key back behind the new one, or enter the password again.
    """

    code = "data_source_unavailable"


def _ring() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.CREDENTIAL_KEYS])


def encrypt(secret: str, *, tenant_id: UUID, source_id: UUID) -> bytes:
    payload = {"tenant": str(tenant_id), "source": str(source_id), "secret": secret}
    return _ring().encrypt(json.dumps(payload).encode())


def decrypt(token: bytes, *, tenant_id: UUID, source_id: UUID) -> str:
    """The secret; empty for an empty token. Raises CredentialUnreadable."""
    if not token:
        return ""
    try:
        payload = json.loads(_ring().decrypt(token))
    except InvalidToken:
        raise CredentialUnreadable("The stored password cannot be opened with the keys this server has.") from None
    if (payload["tenant"], payload["source"]) != (str(tenant_id), str(source_id)):
        raise CredentialUnreadable("The stored password belongs to another data source.")
    secret: str = payload["secret"]
    return secret


def is_current(token: bytes) -> bool:
    """Whether the newest key opens it, so that older ones are not needed for it."""
    try:
        Fernet(settings.CREDENTIAL_KEYS[0]).decrypt(token)
    except InvalidToken:
        return False
    return True


def rotate(token: bytes) -> bytes:
    """The same payload under the newest key. Raises CredentialUnreadable."""
    try:
        return _ring().rotate(token)
    except InvalidToken:
        raise CredentialUnreadable("The stored password cannot be opened with the keys this server has.") from None
