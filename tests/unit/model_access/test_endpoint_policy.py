"""Where a tenant's own model endpoint may be."""

from collections.abc import Sequence
from ipaddress import ip_network

import pytest

from nl2sql.model_access.endpoint_policy import ModelForbidden, check_endpoint
from schema_index.connectors.base import DataSourceUnavailable

LOOPBACK = [ip_network("127.0.0.1/32")]
NAMES = {
    "public.example": ["93.184.216.34"],
    "inside.example": ["10.1.2.3"],
    "both.example": ["93.184.216.34", "10.1.2.3"],
    "metadata.example": ["169.254.169.254"],
    "localhost": ["127.0.0.1"],
}


def resolve(host: str, port: int) -> Sequence[str]:
    if host in NAMES:
        return NAMES[host]
    if host.replace(".", "").isdigit() or ":" in host:
        return [host]
    raise DataSourceUnavailable("The host name of the data source cannot be resolved.")


@pytest.mark.parametrize(
    ("base_url", "networks", "address"),
    [
        ("https://public.example/v1", [], "93.184.216.34"),
        ("https://public.example:8443/v1", [], "93.184.216.34"),
        ("https://inside.example/v1", [ip_network("10.0.0.0/8")], "10.1.2.3"),
        ("http://localhost:11434/v1", LOOPBACK, "127.0.0.1"),
        ("http://127.0.0.1:8000/v1", LOOPBACK, "127.0.0.1"),
    ],
)
def test_public_addresses_over_https_and_what_the_operator_opened_are_allowed(
    base_url: str, networks: list[object], address: str
) -> None:
    assert check_endpoint(base_url, allowed_networks=networks, resolve=resolve) == address  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("base_url", "words"),
    [
        ("file:/etc", "https://host/path"),
        ("ftp://public.example", "https://host/path"),
        ("https://", "https://host/path"),
        ("https://public.example:port/v1", "https://host/path"),
        ("https://public.example/v 1", "https://host/path"),
        ("https://user:pass@public.example/v1", "no user, password"),
        ("https://public.example/v1?key=1", "no user, password"),
        ("https://public.example:22/v1", "port"),
        ("http://public.example/v1", "begin with https"),
        ("http://public.example:8080/v1", "begin with https"),
        ("http://inside.example:8080/v1", "public address"),
        ("https://inside.example/v1", "public address"),
        ("https://both.example/v1", "public address"),
        ("https://metadata.example/v1", "public address"),
        ("https://[::ffff:10.1.2.3]/v1", "public address"),
        ("https://nobody.example/v1", "cannot be resolved"),
    ],
)
def test_everything_else_is_refused_without_telling_what_was_found(base_url: str, words: str) -> None:
    with pytest.raises(ModelForbidden, match=words) as error:
        check_endpoint(base_url, allowed_networks=LOOPBACK, resolve=resolve)
    assert error.value.details == {"field": "base_url"}
    assert "10.1" not in error.value.message


def test_an_opened_network_still_needs_https_but_on_loopback() -> None:
    with pytest.raises(ModelForbidden, match="begin with https"):
        check_endpoint("http://inside.example:8080/v1", allowed_networks=[ip_network("10.0.0.0/8")], resolve=resolve)
