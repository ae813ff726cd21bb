"""Where a request comes from, as far as our own proxies tell: what the client wrote itself is not believed."""

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """Each trusted proxy has appended the address it was called from; the client's is that many from the right.

    Source: MDN, X-Forwarded-For, "Selecting an IP address", trusted proxy count.
    """
    direct: str = request.META.get("REMOTE_ADDR", "")
    proxies: int = settings.TRUSTED_PROXIES
    told: list[str] = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    if proxies == 0 or len(told) < proxies:
        return direct
    return told[-proxies]
