"""Where a tenant's own model endpoint may be: a public address over https, or what the operator opened.

Whoever may enter an address decides where our workers knock, and what a prompt holds of a schema goes there. So every
address that a name resolves to is judged, and the connection goes to the address that was judged. Pure but for what
`resolve` does.
"""

from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import urlsplit

from schema_index.connectors.base import DataSourceUnavailable
from schema_index.outbound.target_policy import LOWEST_PORT, Network, Resolve, is_allowed
from tenants.domain_error import DomainError

HTTPS = 443
_IN_CLEAR = "The address must begin with https://: the key would go out in clear."


class ModelForbidden(DomainError):
    """The model's endpoint may not be there: choose another, or let the operator open the network."""

    code = "llm_forbidden"


def endpoint_host(base_url: str) -> tuple[str, int, bool]:
    """Host, port, and whether it is https. Raises ModelForbidden for what is no plain address of an endpoint."""
    try:
        parts = urlsplit(base_url)
        port, host = parts.port, parts.hostname
    except ValueError:
        port, host, parts = None, None, urlsplit("")
    is_plain = base_url.isascii() and base_url.isprintable() and " " not in base_url
    if not is_plain or not host or parts.scheme not in ("http", "https"):
        raise ModelForbidden(
            "The address must be https://host/path of an OpenAI-compatible endpoint.", field="base_url"
        )
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ModelForbidden(
            "The address must hold no user, password, query or fragment: the key has a field of its own.",
            field="base_url",
        )
    is_https = parts.scheme == "https"
    if port is None and not is_https:
        raise ModelForbidden(_IN_CLEAR, field="base_url")
    port = HTTPS if port is None else port
    if port != HTTPS and not LOWEST_PORT <= port <= 65_535:
        raise ModelForbidden(f"The port must be {HTTPS}, or lie between {LOWEST_PORT} and 65535.", field="base_url")
    return host, port, is_https


def check_endpoint(base_url: str, *, allowed_networks: Collection[Network], resolve: Resolve) -> str:
    """The numeric address to connect to. Raises ModelForbidden, also for a name that nobody knows.

    All addresses of the name must be allowed, so that no second attempt lands elsewhere.
    """
    host, port, is_https = endpoint_host(base_url)
    try:
        found = [ip_address(text) for text in resolve(host, port)]
    except DataSourceUnavailable:
        raise ModelForbidden(
            "The host name of the model's endpoint cannot be resolved. Check its spelling.", field="base_url"
        ) from None
    if not found or not all(is_allowed(address, allowed_networks) for address in found):
        # The addresses stay out of the message: whoever asks must not read our name servers' answers.
        raise ModelForbidden(
            "The model's endpoint is not at a public address or in an allowed network. "
            "The operator can allow a private network with LLM_NETWORKS.",
            field="base_url",
        )
    if not is_https and not all(address.is_loopback for address in found):
        raise ModelForbidden(_IN_CLEAR, field="base_url")
    return str(found[0])
