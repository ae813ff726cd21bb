"""HTTP to one address that somebody judged, whatever its name stands for by now (DNS rebinding)."""

import ssl

import httpx2


class PinnedTransport(httpx2.HTTPTransport):
    """Connects to `address` alone. Host header and certificate are still those of the name in the URL."""

    def __init__(self, address: str, *, verify: ssl.SSLContext) -> None:
        super().__init__(verify=verify, trust_env=False)
        self._address = address

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        request.extensions = {**request.extensions, "sni_hostname": request.url.host}
        request.url = request.url.copy_with(host=self._address)
        return super().handle_request(request)
