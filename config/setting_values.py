"""What settings may be: types that read a text from the environment and say what is wrong, without showing it."""

from collections.abc import Callable
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Annotated

import dj_database_url
from cryptography.fernet import Fernet
from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from config.model_price import ModelPrice

BROKERS = ("memory", "redis", "rediss", "sentinel", "amqp", "amqps", "pyamqp")


def _each(read: Callable[[str], object]) -> BeforeValidator:
    """Parts of a text between commas; what is no text is left to the type."""

    def split(value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(read(part.strip()) for part in value.split(",") if part.strip())

    return BeforeValidator(split)


def _network(text: str) -> IPv4Network | IPv6Network:
    try:
        return ip_network(text)
    except ValueError:
        raise ValueError("must be networks, comma separated: 10.0.0.0/8, fd00::/8") from None


def _are_fernet_keys(value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    for key in value:
        try:
            Fernet(key.get_secret_value())
        except ValueError:
            raise ValueError("must be Fernet keys: 32 bytes each, in url-safe base64") from None
    return value


def _is_postgresql(value: SecretStr) -> SecretStr:
    try:
        engine = dj_database_url.parse(value.get_secret_value()).get("ENGINE")
    except ValueError:
        engine = None
    if engine != "django.db.backends.postgresql":
        # The parser's own words would hold the address, and with it the password.
        raise ValueError("must be a postgresql://user:password@host:port/database address (pgvector keeps vectors)")
    return value


def _is_broker(value: SecretStr) -> SecretStr:
    if value.get_secret_value().partition("://")[0] not in BROKERS:
        raise ValueError(f"must start with one of {', '.join(f'{scheme}://' for scheme in BROKERS)}")
    return value


def _is_http(value: str) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError("must start with http:// or https://")
    return value


def _is_http_or_folder(value: str) -> str:
    if not value.startswith("file:"):
        return _is_http(value)
    if not value.removeprefix("file:").removeprefix("//").startswith("/"):
        raise ValueError("must be file:/ and an absolute path, or start with http:// or https://")
    return value


def _upper(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


Names = Annotated[tuple[str, ...], NoDecode, _each(str)]
Networks = Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode, _each(_network)]
Prices = Annotated[tuple[ModelPrice, ...], NoDecode, _each(ModelPrice.parse)]
Secrets = Annotated[tuple[SecretStr, ...], NoDecode, _each(str)]
FernetKeys = Annotated[tuple[SecretStr, ...], NoDecode, _each(str), AfterValidator(_are_fernet_keys)]
PostgresUrl = Annotated[SecretStr, AfterValidator(_is_postgresql)]
BrokerUrl = Annotated[SecretStr, AfterValidator(_is_broker)]
HttpUrl = Annotated[str, AfterValidator(_is_http)]
HttpOrFolderUrl = Annotated[str, AfterValidator(_is_http_or_folder)]
UpperCase = BeforeValidator(_upper)
Days = Annotated[int, Field(ge=0, le=36_500)]
"""Up to a hundred years."""
