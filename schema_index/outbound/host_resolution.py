"""The system's name service, asked once per connection; what it answers is judged by `target_policy`."""

import socket

from schema_index.connectors.base import DataSourceUnavailable

MAX_ADDRESSES = 32


def resolve_host(host: str, port: int) -> tuple[str, ...]:
    """Numeric addresses in the system's order. Raises DataSourceUnavailable (retry may help).

    Blocks for as long as the system's resolver is configured to try, usually 10 s at most.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise DataSourceUnavailable(
            "The host name of the data source cannot be resolved. Check its spelling."
        ) from None
    addresses = tuple(dict.fromkeys(str(entry[4][0]) for entry in found))
    if len(addresses) > MAX_ADDRESSES:
        raise DataSourceUnavailable("The host name of the data source stands for too many addresses.")
    return addresses
