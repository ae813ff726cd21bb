"""Where a data source may point: a public address or a network the operator opened, one server, one file.

Whoever may enter a host decides where our workers knock. So every address a name resolves to is judged, and the
connection goes to the address that was judged, not to the name again (DNS rebinding).
"""

import re
from collections.abc import Callable, Collection, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from pathlib import Path

from schema_index.outbound.host_resolution import resolve_host
from tenants.domain_error import DomainError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolve = Callable[[str, int], Sequence[str]]
"""(host, port) → the numeric addresses the name stands for, in the system's order."""

LOWEST_PORT = 1024
"""Databases listen above; mail, shells and web servers below need not hear from us."""

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})")
"""One name or IPv4 address: no socket path, list, user, port, service or zone can be spelled with these characters."""

_NAT64 = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")


class DataSourceForbidden(DomainError):
    """The data source points where it may not: choose another host, or let the operator open the network."""

    code = "data_source_forbidden"


def check_target(
    host: str, port: int, *, allowed_networks: Collection[Network], resolve: Resolve = resolve_host
) -> str:
    """The numeric address to connect to. Raises DataSourceForbidden; DataSourceUnavailable for a name nobody knows.

    All addresses of the name must be allowed, so that no second connection attempt lands elsewhere.
    """
    if not LOWEST_PORT <= port <= 65_535:
        raise DataSourceForbidden(f"The port must lie between {LOWEST_PORT} and 65535.", field="port")
    literal = _literal(host)
    if literal is None and not _HOST.fullmatch(host):
        raise DataSourceForbidden(
            "The host must be one host name or IP address, without path, list, user or port.", field="host"
        )
    addresses = [literal] if literal is not None else [ip_address(text) for text in resolve(host, port)]
    if not addresses or not all(is_allowed(address, allowed_networks) for address in addresses):
        # The addresses stay out of the message: whoever asks must not read our name servers' answers.
        raise DataSourceForbidden(
            "The host does not stand for a public address or one in an allowed network. "
            "The operator can allow a private network with TARGET_NETWORKS.",
            field="host",
        )
    return str(_unwrapped(addresses[0]))


def is_allowed(address: Address, allowed_networks: Collection[Network]) -> bool:
    """Public, or inside a network the operator opened; never link-local (cloud metadata), multicast or unspecified."""
    plain = _unwrapped(address)
    if plain.is_link_local or plain.is_multicast or plain.is_unspecified:
        return False
    if any(plain in network for network in allowed_networks if network.version == plain.version):
        return True
    return plain.is_global and not plain.is_reserved and not _is_tunnel(plain)


def check_file(path: str, *, root: Path) -> Path:
    """The real path of an existing regular file below `root`, links followed. Raises DataSourceForbidden.

    One message for every reason: the answer must not tell which files exist.
    """
    refusal = DataSourceForbidden("The file must be an existing database file in the folder for data sources.")
    if not path or "\0" in path or path.lower().startswith("file:"):
        raise refusal
    try:
        real = (root / path).resolve(strict=True)
        inside = real.is_relative_to(root.resolve(strict=True)) and real.is_file()
    except (OSError, RuntimeError):
        raise refusal from None
    if not inside:
        raise refusal
    return real


def _literal(host: str) -> Address | None:
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return None if isinstance(address, IPv6Address) and address.scope_id is not None else address


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside `::ffff:a.b.c.d`, which is what the system would connect to."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _is_tunnel(address: Address) -> bool:
    """6to4, Teredo and NAT64 carry an IPv4 address that nobody judged; no database is reached through them."""
    if isinstance(address, IPv4Address):
        return False
    in_nat64 = address in _NAT64 or address in _NAT64_LOCAL
    return in_nat64 or address.sixtofour is not None or address.teredo is not None
