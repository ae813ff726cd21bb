"""What settings that are more than a number or a word must look like; each raises ValueError with what is right."""

import dj_database_url
from cryptography.fernet import Fernet
from pydantic import SecretStr, ValidationInfo


def are_fernet_keys(value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    for key in value:
        try:
            Fernet(key.get_secret_value())
        except ValueError:
            raise ValueError("must be Fernet keys: 32 bytes each, in url-safe base64") from None
    return value


def is_postgresql(value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
    if value is None:
        return None
    try:
        engine = dj_database_url.parse(value.get_secret_value()).get("ENGINE")
    except ValueError:
        engine = None
    if engine != "django.db.backends.postgresql":
        # The parser's own words would hold the address, and with it the password.
        raise ValueError("must be a postgresql://user:password@host:port/database address (pgvector keeps vectors)")
    if info.field_name == "database_owner_url" and not info.data.get("database_url"):
        raise ValueError("needs DATABASE_URL with the application role beside it")
    return value


def is_http(value: str | None, info: ValidationInfo) -> str | None:
    if info.field_name == "llm_base_url" and value is not None and value.startswith("file:"):
        if not value.removeprefix("file:").removeprefix("//").startswith("/"):
            raise ValueError("must be file:/ and an absolute path, or start with http:// or https://")
        return value
    if value is not None and not value.startswith(("http://", "https://")):
        raise ValueError("must start with http:// or https://")
    return value
